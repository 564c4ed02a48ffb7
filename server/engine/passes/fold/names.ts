/** Names that are taken, in a whole model. */

/** `base`, or `base_1`, `base_2`, … where it is taken; reserved from now on. */
export function uniqueName(base: string, taken: Set<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  taken.add(name);
  return name;
}
