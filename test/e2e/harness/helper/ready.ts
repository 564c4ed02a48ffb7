/** Text of the helper's item in the status bar. */
export const readyText = 'helper-ready';
