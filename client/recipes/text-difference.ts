/** `text` in the place of `before.slice(start, end)` makes `after` out of `before`. */
export interface TextDifference {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The smallest single replacement between two texts; undefined when they are the same. */
export function firstDifference(before: string, after: string): TextDifference | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
