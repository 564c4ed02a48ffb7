import { expect, it } from 'vitest';
import { isSavedState, type SavedState } from './saved-state.ts';

const state: SavedState = {
  uri: 'file:///m.onnx', view: { scale: 1, x: 0, y: -3 }, expanded: ['a', 'a/b'], selection: { node: 'conv1' },
  overlay: null, panelWidth: 300, panelVisible: true, outlineVisible: false, folded: false,
};

it('takes back what it kept', () => {
  expect(isSavedState(JSON.parse(JSON.stringify(state)))).toBe(true);
});

it.each([
  ['nothing', undefined], ['null', null], ['text', 'x'], ['no view', { ...state, view: undefined }],
  ['a view without a place', { ...state, view: { scale: 1, x: null, y: 0 } }],
  ['groups by number', { ...state, expanded: [1] }], ['an older version', { ...state, panelVisible: undefined }],
])('begins anew with %s', (_, value) => {
  expect(isSavedState(value)).toBe(false);
});
