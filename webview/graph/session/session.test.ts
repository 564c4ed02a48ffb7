/** The session with the real layout, without a page. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { inTwoParts, pageModelOf, samplePath } from '../../../test/webview/graph/page-model.ts';
import type { GraphPageEvent } from '../../../protocol/page.ts';
import { layoutGraph } from '../../layout/layout.ts';
import { layoutMemo } from '../../layout/memo.ts';
import type { BoxSizes } from '../../layout/scene.ts';
import type { PageLink } from '../../ui/page.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { keepAt, toScreen, visibleRectangle } from '../view/viewport.ts';
import { boxArea, Session } from './session.ts';

vi.stubGlobal('cancelAnimationFrame', () => undefined);
vi.stubGlobal('document', { hidden: true });

const page = pageModelOf(samplePath);

function newSession(): { session: Session; told: (string | null)[] } {
  const told: (string | null)[] = [];
  const link = { selected: (name: string | null) => told.push(name) } as unknown as PageLink<GraphPageEvent>;
  let given: { model: GraphModel; sizes: BoxSizes } | undefined;
  const session = new Session(link, {
    setGraph: (model, sizes) => given = { model, sizes },
    layout: async (expanded) => layoutGraph(given!.model.graph, given!.sizes, expanded, layoutMemo()),
  }, (text) => 7 * text.length);
  session.camera.screen = { width: 900, height: 600 };
  return { session, told };
}

describe('Session', () => {
  let session: Session;
  let told: (string | null)[];
  let group: number;
  let inside: number;

  beforeEach(async () => {
    ({ session, told } = newSession());
    await session.open(page);
    session.showStart();
    const { groups } = session.model!;
    group = groups.children[groups.count]!.find((g) => groups.size[g]! > 4)!;
    inside = groups.nodesOf(group)[2]!;
  });

  it('keeps a group where it is on the screen when it closes and opens', async () => {
    const { camera } = session;
    const place = (): { x: number; y: number } => {
      const area = boxArea(session.scene!, session.scene!.boxOfGroup[group]!)!;
      return toScreen(camera.view, { x: area.x + area.width / 2, y: area.y });
    };
    const before = place();
    for (const open of [false, true]) {
      await session.setGroupExpanded(group, open);
      expect(session.scene!.boxes.expanded[session.scene!.boxOfGroup[group]!]).toBe(Number(open));
      expect(place().x).toBeCloseTo(before.x, 1);
      expect(place().y).toBeCloseTo(before.y, 1);
    }
  });

  it('opens the groups around a node to reveal it, selects it and brings it into view', async () => {
    await session.expandAll(false);
    expect(session.scene!.boxes.node[session.scene!.boxOfNode[inside]!]).toBe(-1);
    await session.reveal(inside);
    const box = session.scene!.boxOfNode[inside]!;
    expect(session.scene!.boxes.node[box]).toBe(inside);
    expect(told.at(-1)).toBe(page.names.names[inside]);
    const area = boxArea(session.scene!, box)!;
    const seen = visibleRectangle(session.camera.view, session.camera.screen);
    expect(area.x).toBeGreaterThanOrEqual(seen.x);
    expect(area.y + area.height).toBeLessThanOrEqual(seen.y + seen.height);
  });

  it('selects the group in which the selected node disappears', async () => {
    await session.reveal(inside);
    await session.setGroupExpanded(group, false);
    expect(session.selection).toEqual({ kind: 'group', group });
    expect(told.at(-1)).toBeNull();
  });

  it('keeps groups and selection by name when the file is read again', async () => {
    await session.setGroupExpanded(group, false);
    session.select({ kind: 'group', group });
    const open = session.expandedPaths();
    await session.open({ ...page, version: '2' });
    expect(session.expandedPaths()).toEqual(open);
    expect(session.selection).toEqual({ kind: 'group', group });
  });

  it('is in the end the same whether figures came with the model or after it', async () => {
    const { model, figures } = inTwoParts(samplePath);
    const later = newSession().session;
    await later.open(model);
    expect(later.overlays.choices).toEqual([]);
    expect(later.model!.complete).toBe(false);
    await later.receiveFigures({ ...figures, version: 'another' }, false);
    expect(later.model!.complete).toBe(false);
    await later.receiveFigures(figures, false);
    expect(later.model!.facts).toEqual(session.model!.facts);
    expect(later.model!.graph).toEqual(session.model!.graph);
    expect(later.labels).toEqual(session.labels);
    expect(later.scene).toEqual(session.scene);
    expect(later.overlays.choices).toEqual(session.overlays.choices);
  });

  it('keeps what is in the middle of the screen there when boxes grow', async () => {
    const { model, figures } = inTwoParts(samplePath);
    const { session: later } = newSession();
    await later.open(model);
    const middle = { x: later.camera.screen.width / 2, y: later.camera.screen.height / 2 };
    const place = (): { x: number; y: number } => {
      const area = boxArea(later.scene!, later.scene!.boxOfNode[inside]!)!;
      return toScreen(later.camera.view, { x: area.x + area.width / 2, y: area.y });
    };
    const area = boxArea(later.scene!, later.scene!.boxOfNode[inside]!)!;
    later.camera.set(keepAt({ scale: 1, x: 0, y: 0 }, { x: area.x + area.width / 2, y: area.y }, middle));
    const height = later.scene!.height;
    await later.receiveFigures(figures, true);
    expect(later.scene!.height).toBeGreaterThan(height);
    expect(place()).toEqual(middle);
  });

  it('traces a selection in both directions until it is asked again', async () => {
    await session.reveal(inside);
    session.toggleTrace('inputs');
    expect(session.traced![0]).toBe(1);
    expect(session.traced!.at(-1)).toBe(0);
    session.toggleTrace('outputs');
    expect(session.traced!.at(-1)).toBe(1);
    session.toggleTrace('outputs');
    expect(session.traced).toBeNull();
  });

  it('shows an overlay that was chosen before its figures came', () => {
    session.showOverlay('drop');
    expect(session.overlays.shown).toBeNull();
    session.receiveOverlays([{
      id: 'drop', title: 'Drop', unit: 'points', bad: 'high', aggregate: 'max', source: 'a run',
      values: { [page.names.names[inside]!]: 3, gone: 9 },
    }]);
    expect(session.overlays.shown?.coverage).toBe(1);
    expect(session.overlays.shown?.groups[group]).toBe(3);
    expect([...session.overlays.shown!.ranking()]).toEqual([inside]);
  });

  it('keeps limits that were moved while another overlay is shown', () => {
    session.showOverlay('macs');
    const { thresholds } = session.overlays.shown!;
    session.setThresholds([1, 2]);
    session.showOverlay('weightBytes');
    session.showOverlay('macs');
    expect(session.overlays.shown?.thresholds).toEqual([1, 2]);
    session.setThresholds(null);
    expect(session.overlays.shown?.thresholds).toEqual(thresholds);
  });
});
