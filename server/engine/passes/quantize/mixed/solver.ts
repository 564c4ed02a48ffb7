/**
 * Multiple-choice knapsack: one of several options for each item, so that the total harm is least within a budget of
 * costs. Exact dynamic programming over costs rounded up to `buckets` steps (Kellerer, Pferschy and Pisinger 2004,
 * "Knapsack Problems", section 11.5), which gives the answers for all budgets at once: the front of cost and harm.
 */

export interface Option {
  readonly cost: number;
  readonly harm: number;
}

export interface Solution {
  /** By item: index of its option. */
  readonly choice: readonly number[];
  readonly cost: number;
  readonly harm: number;
}

/**
 * Steps that costs are rounded up to: a twenty-thousandth of what the dearest solution costs beyond the cheapest, so
 * that what a hundred items are rounded up by together is half a percent of it.
 */
const buckets = 20_000;

/**
 * The best solutions, cheapest first; each has less harm than all before it.
 *
 * @param items at least one option each; costs and harms are finite and not negative
 */
export function solveFront(items: readonly (readonly Option[])[]): Solution[] {
  // What every solution pays is left out: the steps then measure only what there is to choose.
  const floors = items.map((options) => Math.min(...options.map(({ cost }) => cost)));
  const spread = items.reduce((sum, options, i) => sum + Math.max(...options.map(({ cost }) => cost)) - floors[i]!, 0);
  const step = spread / buckets || 1;
  // Each item may be rounded up by a step: the dearest solution must still fit.
  const last = buckets + items.length;
  let harm = new Float64Array(last + 1);
  const picked: Uint8Array[] = [];
  const steps = items.map((options, i) => options.map(({ cost }) => Math.ceil((cost - floors[i]!) / step - 1e-9)));
  for (const [i, options] of items.entries()) {
    const next = new Float64Array(last + 1).fill(Infinity);
    const pick = new Uint8Array(last + 1);
    for (const [o, option] of options.entries()) {
      const width = steps[i]![o]!;
      for (let b = width; b <= last; b++) {
        const total = harm[b - width]! + option.harm;
        if (total >= next[b]!) continue;
        next[b] = total;
        pick[b] = o;
      }
    }
    harm = next;
    picked.push(pick);
  }
  const front: Solution[] = [];
  for (let b = 0; b <= last; b++) {
    const before = front.at(-1);
    if (harm[b] === Infinity || (before && harm[b]! >= before.harm)) continue;
    const solution = walkBack(items, picked, steps, b);
    // Rounding up may show a solution late: a dearer one before it has no place any more.
    while (front.length > 0 && front.at(-1)!.cost >= solution.cost) front.pop();
    front.push(solution);
  }
  return front;
}

function walkBack(
  items: readonly (readonly Option[])[],
  picked: readonly Uint8Array[],
  steps: readonly (readonly number[])[],
  budget: number,
): Solution {
  const choice = new Array<number>(items.length).fill(0);
  let [left, cost, harm] = [budget, 0, 0];
  for (let i = items.length - 1; i >= 0; i--) {
    const o = picked[i]![left]!;
    choice[i] = o;
    left -= steps[i]![o]!;
    cost += items[i]![o]!.cost;
    harm += items[i]![o]!.harm;
  }
  return { choice, cost, harm };
}
