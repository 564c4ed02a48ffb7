/** The commands that a page may run, and none else: a page shows names that came from a file. */
export const allowedCommands: readonly string[] = [
  'lathe.compress', 'lathe.quantize', 'lathe.analyze', 'lathe.benchmark', 'lathe.checkTarget', 'lathe.compareModels',
  'lathe.openText', 'lathe.openGraph', 'lathe.fixProblem', 'lathe.newRecipe', 'lathe.runRecipe', 'lathe.revealNode',
  'lathe.showLog', 'lathe.copyDiagnostics', 'lathe.restartServer', 'lathe.runs.open', 'lathe.runs.cancel',
  'lathe.runs.rerun', 'lathe.runs.compare', 'lathe.runs.openModel', 'lathe.runs.openRecipe', 'lathe.runs.openReport',
  'lathe.runs.reveal', 'lathe.runs.showLog', 'lathe.runs.show', 'lathe.runs.pause', 'lathe.runs.resume',
  'lathe.runs.stopAndKeep',
];

export function pageMayRun(command: string): boolean {
  return allowedCommands.includes(command);
}
