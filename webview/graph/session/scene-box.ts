/** The box that stands for a node or group in a scene. */

import type { Scene } from '../../layout/scene.ts';
import type { Selection } from './session.ts';

/** A node inside a collapsed group is shown by the group's box; -1 for a group inside one. */
export function sceneBox(scene: Scene, of: Selection): number {
  return of.kind === 'node' ? scene.boxOfNode[of.node]! : scene.boxOfGroup[of.group]!;
}

/** What a box stands for. */
export function selectionOfBox(scene: Scene, box: number): Selection {
  const node = scene.boxes.node[box]!;
  return node >= 0 ? { kind: 'node', node } : { kind: 'group', group: scene.boxes.group[box]! };
}
