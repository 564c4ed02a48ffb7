/** Where an arrow key leads: along the lines of the scene, or sideways to the neighbour in the row. */

import type { Scene } from '../../layout/scene.ts';

export type ArrowDirection = 'up' | 'down' | 'left' | 'right';

/**
 * The box to go to from `box`, -1 for none. Up and down follow the lines, to the box that is nearest sideways; where no
 * line leads on, to the nearest box in that direction. Left and right go to the nearest box at about the same height.
 * Boxes of expanded groups are passed over: their insides are boxes themselves.
 */
export function neighbour(scene: Scene, box: number, direction: ArrowDirection): number {
  if (direction === 'left' || direction === 'right') return sideways(scene, box, direction);
  const along = linked(scene, box, direction);
  return along >= 0 ? along : beyond(scene, box, direction);
}

/** Every line that begins (down) or ends (up) at the box, or at a box inside it. */
function linked({ boxes, lines }: Scene, box: number, direction: 'up' | 'down'): number {
  const [from, to] = direction === 'down'
    ? [lines.sourceBox, lines.targetBox]
    : [lines.targetBox, lines.sourceBox];
  const middle = boxes.x[box]! + boxes.width[box]! / 2;
  let best = -1;
  let least = Infinity;
  for (let line = 0; line < lines.count; line++) {
    if (from[line] !== box) continue;
    const other = to[line]!;
    // The next of several is the nearest: sideways first, since lines of one box end in one row mostly.
    const distance = Math.abs(boxes.x[other]! + boxes.width[other]! / 2 - middle)
      + Math.abs(boxes.y[other]! - boxes.y[box]!) / 4;
    if (distance >= least) continue;
    least = distance;
    best = other;
  }
  return best;
}

function sideways({ boxes }: Scene, box: number, direction: 'left' | 'right'): number {
  const sign = direction === 'right' ? 1 : -1;
  const [top, bottom] = [boxes.y[box]!, boxes.y[box]! + boxes.height[box]!];
  const middle = boxes.x[box]! + boxes.width[box]! / 2;
  let best = -1;
  let least = Infinity;
  for (let b = 0; b < boxes.count; b++) {
    if (b === box || boxes.expanded[b]) continue;
    if (boxes.y[b]! > bottom || boxes.y[b]! + boxes.height[b]! < top) continue;
    const distance = sign * (boxes.x[b]! + boxes.width[b]! / 2 - middle);
    if (distance <= 0 || distance >= least) continue;
    least = distance;
    best = b;
  }
  return best;
}

function beyond({ boxes }: Scene, box: number, direction: 'up' | 'down'): number {
  const sign = direction === 'down' ? 1 : -1;
  const middle = boxes.x[box]! + boxes.width[box]! / 2;
  let best = -1;
  let least = Infinity;
  for (let b = 0; b < boxes.count; b++) {
    if (boxes.expanded[b]) continue;
    const down = sign * (boxes.y[b]! - boxes.y[box]!);
    if (down <= 0) continue;
    const distance = down + 2 * Math.abs(boxes.x[b]! + boxes.width[b]! / 2 - middle);
    if (distance >= least) continue;
    least = distance;
    best = b;
  }
  return best;
}
