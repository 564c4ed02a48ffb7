/** Problems by the node that they are about, and the worst one of a group. */

import type { ModelProblem } from '../../../protocol/problems.ts';
import type { GraphModel } from '../model/graph-model.ts';
import type { Severity } from '../view/picture.ts';

const order: readonly Severity[] = ['info', 'warning', 'error'];

export class ProblemMarks {
  readonly all: readonly ModelProblem[];
  readonly #byNode = new Map<number, ModelProblem[]>();
  readonly #ofGroup = new Map<number, number>();

  constructor(problems: readonly ModelProblem[], model: GraphModel | null) {
    this.all = problems;
    if (!model) return;
    for (const problem of problems) {
      const node = problem.node === undefined ? -1 : model.find(problem.node);
      if (node < 0) continue;
      const known = this.#byNode.get(node);
      if (known) known.push(problem);
      else this.#byNode.set(node, [problem]);
      const level = order.indexOf(problem.severity);
      for (const g of model.groups.chain(model.graph.group[node]!)) {
        this.#ofGroup.set(g, Math.max(level, this.#ofGroup.get(g) ?? -1));
      }
    }
  }

  ofNode(node: number): readonly ModelProblem[] {
    return this.#byNode.get(node) ?? [];
  }

  worstOfNode(node: number): Severity | undefined {
    const levels = this.ofNode(node).map(({ severity }) => order.indexOf(severity));
    return levels.length === 0 ? undefined : order[Math.max(...levels)];
  }

  worstOfGroup(group: number): Severity | undefined {
    const level = this.#ofGroup.get(group);
    return level === undefined ? undefined : order[level];
  }
}
