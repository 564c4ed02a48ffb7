/** A histogram in one line of text. */

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * One character for each of `columns` ranges of the values; empty ranges are blank. Heights are square roots of the
 * counts, so that the tails of a bell are seen.
 */
export function histogramText(counts: readonly number[], columns = 32): string {
  const width = Math.min(columns, counts.length);
  const sums = new Array<number>(width).fill(0);
  for (const [i, count] of counts.entries()) {
    const column = Math.floor((i * width) / counts.length);
    sums[column] = sums[column]! + count;
  }
  const most = Math.sqrt(Math.max(...sums));
  return sums.map((sum) => {
    if (sum === 0) return ' ';
    return bars[Math.min(bars.length - 1, Math.floor((Math.sqrt(sum) / most) * bars.length))]!;
  }).join('');
}
