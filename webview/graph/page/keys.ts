/** The keys of the graph. They work wherever the focus is, except where keys write text or have their own use. */

import { metrics } from '../view/labels.ts';
import { neighbour, type ArrowDirection } from '../view/navigate.ts';
import { selectionOfBox } from '../session/scene-box.ts';
import type { Session } from '../session/session.ts';
import { panBy, zoomAt } from '../view/viewport.ts';
import type { PageAction } from './page-action.ts';

const arrows: Readonly<Record<string, ArrowDirection>> = {
  ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right',
};

const letters: Readonly<Record<string, PageAction>> = {
  '/': 'search', '?': 'help', 'f': 'fit', 'e': 'expandAll', 'c': 'collapseAll', 'n': 'nextWorst', 'N': 'previousWorst',
  'i': 'traceInputs', 'o': 'traceOutputs', 'm': 'toggleFolded', 'l': 'toggleOutline',
};

const zoomStep = 1.25;
const panStep = 80;

/** Whether the key was used: the caller then keeps it from doing anything else. */
export function handleGraphKey(event: KeyboardEvent, run: (action: PageAction) => void): boolean {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === 'f') {
    run('search');
    return true;
  }
  if (command || event.altKey) return false;
  const letter = letters[event.key];
  if (letter) {
    run(letter);
    return true;
  }
  return false;
}

/** Keys of the canvas alone: arrows, Enter, Escape, + and -. */
export function handleCanvasKey(session: Session, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const arrow = arrows[event.key];
  if (arrow) {
    if (event.shiftKey) pan(session, arrow);
    else move(session, arrow);
    return true;
  }
  switch (event.key) {
    case 'Enter': return enter(session);
    case 'Escape': return leave(session);
    case '+':
    case '=': return grow(session, true);
    case '-': return grow(session, false);
    default: return false;
  }
}

function pan({ camera }: Session, direction: ArrowDirection): void {
  const dx = direction === 'left' ? panStep : direction === 'right' ? -panStep : 0;
  const dy = direction === 'up' ? panStep : direction === 'down' ? -panStep : 0;
  camera.set(panBy(camera.view, dx, dy));
}

function move(session: Session, direction: ArrowDirection): void {
  const { scene } = session;
  if (!scene || scene.boxes.count === 0) return;
  const from = session.selectedBox;
  // Without a selection the arrows begin at the model's beginning.
  const to = from < 0 ? scene.boxOfNode[0] ?? 0 : neighbour(scene, from, direction);
  if (to >= 0) session.select(selectionOfBox(scene, to), { bringIntoView: true });
}

function enter(session: Session): boolean {
  const { selection, model } = session;
  if (!model || !selection) return false;
  if (selection.kind === 'group') {
    const open = session.expanded[selection.group] === 1;
    if (!open) void session.setGroupExpanded(selection.group, true);
    else goInto(session, selection.group);
  }
  return true;
}

/** The first node inside an expanded group, or the first group where no node is directly in it. */
function goInto(session: Session, group: number): void {
  const { model } = session;
  if (!model) return;
  const node = model.groups.members[group]![0];
  const inner = model.groups.children[group]![0];
  if (node !== undefined) session.select({ kind: 'node', node }, { bringIntoView: true });
  else if (inner !== undefined) session.select({ kind: 'group', group: inner }, { bringIntoView: true });
}

function leave(session: Session): boolean {
  const { selection, model } = session;
  if (session.traced) {
    session.trace(null);
    return true;
  }
  if (!model || !selection) return false;
  const around = selection.kind === 'node' ? model.graph.group[selection.node]! : model.groups.parent[selection.group]!;
  session.select(around < 0 ? null : { kind: 'group', group: around });
  return true;
}

function grow(session: Session, larger: boolean): boolean {
  const { selection, camera } = session;
  if (selection?.kind === 'group') {
    void session.setGroupExpanded(selection.group, larger);
    return true;
  }
  const middle = { x: camera.screen.width / 2, y: camera.screen.height / 2 + metrics.lowHeight / 2 };
  camera.glide(zoomAt(camera.destination, middle, larger ? zoomStep : 1 / zoomStep));
  return true;
}
