/** The picture of one of two compared models: boxes are coloured by what became of their nodes. */

import type { NodeStatus } from '../../protocol/model.ts';
import type { Scene } from '../layout/scene.ts';
import { Composer } from '../graph/session/composer.ts';
import type { Session } from '../graph/session/session.ts';
import { paintBoxes, type Paint } from '../graph/view/paint.ts';
import { paletteOf } from '../graph/view/palette.ts';
import type { Badge, Picture } from '../graph/view/picture.ts';
import type { Theme } from '../ui/theme.ts';
import { differences, statusColors, statuses, type Difference } from './status.ts';

export class StatusComposer extends Composer {
  readonly #session: Session;
  #theme: Theme;
  #status: readonly NodeStatus[] = [];
  /** By group: nodes inside that are not the same, and the most striking status among them. */
  #groupCounts = new Int32Array(0);
  #groupStatus = new Uint8Array(0);
  #painted: { readonly scene: Scene; readonly paint: Paint } | null = null;

  constructor(session: Session, theme: Theme) {
    super(session, paletteOf(theme));
    this.#session = session;
    this.#theme = theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.palette = paletteOf(theme);
    this.#painted = null;
  }

  /** By node of the session's model. */
  set status(status: readonly NodeStatus[]) {
    const { model } = this.#session;
    this.#status = status;
    this.#painted = null;
    if (!model) return;
    const { groups, graph } = model;
    this.#groupCounts = new Int32Array(groups.count);
    this.#groupStatus = new Uint8Array(groups.count);
    status.forEach((found, node) => {
      if (found === 'same') return;
      for (const group of groups.chain(graph.group[node]!)) {
        this.#groupCounts[group]! += 1;
        this.#groupStatus[group] = Math.max(this.#groupStatus[group]!, statuses.indexOf(found));
      }
    });
  }

  override compose(): Picture | null {
    const picture = super.compose();
    if (!picture) return null;
    const { scene, model } = picture;
    if (this.#painted?.scene !== scene) {
      const heat = { colors: statusColors(this.#theme), buckets: this.#buckets(scene) };
      this.#painted = { scene, paint: paintBoxes(scene, model, this.palette, heat) };
    }
    const { paint } = this.#painted;
    return { ...picture, paint, badge: (box) => this.#badgeOf(scene, box), severity: () => undefined };
  }

  #statusOf(scene: Scene, box: number): NodeStatus {
    const node = scene.boxes.node[box]!;
    if (node >= 0) return this.#status[node] ?? 'same';
    return statuses[this.#groupStatus[scene.boxes.group[box]!] ?? 0] ?? 'same';
  }

  #buckets(scene: Scene): Int8Array {
    const buckets = new Int8Array(scene.boxes.count).fill(-1);
    for (let box = 0; box < scene.boxes.count; box++) {
      // Around an open group stands a frame: what differs inside is seen inside.
      if (scene.boxes.expanded[box]) continue;
      const status = this.#statusOf(scene, box);
      if (status !== 'same') buckets[box] = differences.indexOf(status satisfies Difference);
    }
    return buckets;
  }

  #badgeOf(scene: Scene, box: number): Badge | undefined {
    const status = this.#statusOf(scene, box);
    if (status === 'same' || scene.boxes.expanded[box]) return undefined;
    const group = scene.boxes.group[box]!;
    const text = group >= 0 ? `${this.#groupCounts[group]!} differ` : status;
    return { text, bad: status === 'removed' };
  }
}
