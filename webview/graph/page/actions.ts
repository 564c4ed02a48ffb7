/** What buttons, keys and the host ask for. */

import { importNodeData, exportNodeData, NodeDataError } from '../overlay/node-data.ts';
import { heatScale } from '../overlay/heat-colors.ts';
import { nextWorst } from '../overlay/ranking.ts';
import type { Composer } from '../session/composer.ts';
import type { Session } from '../session/session.ts';
import { cssColor } from '../view/color.ts';
import { failureText } from '../../ui/page.ts';
import type { PageAction } from './page-action.ts';

/** The parts of the page that actions open and close. */
export interface PageParts {
  openSearch(): void;
  openHelp(): void;
  togglePanel(): void;
  toggleOutline(): void;
  exportPicture(kind: 'svg' | 'png'): Promise<void>;
  /** Tells the user, in a line that goes away. */
  say(message: string): void;
}

export function createActions(session: Session, composer: Composer, parts: PageParts): (action: PageAction) => void {
  const run = async (action: PageAction): Promise<void> => {
    switch (action) {
      case 'search': { parts.openSearch(); return; }
      case 'help': { parts.openHelp(); return; }
      case 'togglePanel': { parts.togglePanel(); return; }
      case 'toggleOutline': { parts.toggleOutline(); return; }
      case 'fit': { session.fitAll(); return; }
      case 'expandAll': return session.expandAll(true);
      case 'collapseAll': return session.expandAll(false);
      case 'nextWorst': return goToWorst(session, parts, 1);
      case 'previousWorst': return goToWorst(session, parts, -1);
      case 'exportSvg': return parts.exportPicture('svg');
      case 'exportPng': return parts.exportPicture('png');
      case 'importOverlay': return importOverlay(session, parts);
      case 'exportOverlay': return exportOverlay(session, composer, parts);
      case 'toggleFolded': { session.setFolded(!session.folded); return; }
      case 'traceInputs':
      case 'traceOutputs': {
        if (!session.selection && !session.traced) { parts.say('Select a layer to trace.'); return; }
        session.toggleTrace(action === 'traceInputs' ? 'inputs' : 'outputs'); return;
      }
    }
  };
  return (action) => {
    run(action).catch((error: unknown) => {
      session.link.log('error', error instanceof Error ? error.stack ?? error.message : String(error));
      parts.say(failureText(error));
    });
  };
}

async function goToWorst(session: Session, parts: PageParts, step: 1 | -1): Promise<void> {
  const { shown } = session.overlays;
  if (!shown) { parts.say('Choose an overlay first: the worst layer is the worst by its figures.'); return; }
  const current = session.selection?.kind === 'node' ? session.selection.node : -1;
  const node = nextWorst(shown.ranking(), current, step);
  if (node >= 0) await session.reveal(node);
}

async function importOverlay(session: Session, parts: PageParts): Promise<void> {
  const { model } = session;
  const file = await session.link.request('openFile', { title: 'Import Overlay', extensions: ['json'] });
  if (!file || !model) return;
  try {
    const { overlays, unknown } = importNodeData(file.name, file.text, (key) => {
      const node = model.find(key);
      const owner = node >= 0 ? node : model.makerOf(key);
      return owner < 0 ? undefined : model.graph.names[owner]!;
    });
    session.importOverlays(overlays);
    if (unknown > 0) parts.say(`${unknown} of the names in ${file.name} are not in this model.`);
  } catch (error) {
    if (!(error instanceof NodeDataError)) throw error;
    parts.say(error.message);
  }
}

async function exportOverlay(session: Session, composer: Composer, parts: PageParts): Promise<void> {
  const { model, overlays: { shown } } = session;
  if (!model || !shown) { parts.say('Choose the overlay to export first.'); return; }
  const { figures, thresholds } = shown;
  const colors = heatScale(composer.palette, thresholds.length + 1, figures.bad).map(cssColor);
  const text = exportNodeData(model.fileName, figures, model.graph.names, thresholds, colors);
  await session.link.request('save', {
    suggestedName: `${stem(model.fileName)}.${figures.id.replace(/[^\w-]+/g, '-')}.json`,
    title: 'Export Overlay',
    bytes: new TextEncoder().encode(text),
  });
}

/** A file's name without its last extension. */
export function stem(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  return dot > 0 ? fileName.slice(0, dot) : fileName;
}
