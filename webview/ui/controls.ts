/**
 * Every control of our pages, made of @vscode/webview-ui-toolkit. Its upstream is archived: this is the one file that
 * imports it, so the one to change when it must go.
 */

import {
  type Button, type Checkbox, type Dropdown, type Link, type Panels, type ProgressRing, type TextField,
  provideVSCodeDesignSystem, vsCodeBadge, vsCodeButton, vsCodeCheckbox, vsCodeDataGrid, vsCodeDataGridCell,
  vsCodeDataGridRow, vsCodeDivider, vsCodeDropdown, vsCodeLink, vsCodeOption, vsCodePanels, vsCodePanelTab,
  vsCodePanelView, vsCodeProgressRing, vsCodeTag, vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { append, setAttributes, uniqueId, type Attributes, type Child } from './dom.ts';

provideVSCodeDesignSystem().register(
  vsCodeBadge(), vsCodeButton(), vsCodeCheckbox(), vsCodeDataGrid(), vsCodeDataGridCell(), vsCodeDataGridRow(),
  vsCodeDivider(), vsCodeDropdown(), vsCodeLink(), vsCodeOption(), vsCodePanels(), vsCodePanelTab(), vsCodePanelView(),
  vsCodeProgressRing(), vsCodeTag(), vsCodeTextField(),
);

export type { Button, Checkbox, Dropdown, Link, Panels, ProgressRing, TextField };

/** What the toolkit makes of `vscode-…`; elements that we ask nothing of are plain ones. */
interface Controls {
  readonly 'badge': HTMLElement;
  readonly 'button': Button;
  readonly 'checkbox': Checkbox;
  readonly 'data-grid': HTMLElement;
  readonly 'data-grid-cell': HTMLElement;
  readonly 'data-grid-row': HTMLElement;
  readonly 'divider': HTMLElement;
  readonly 'dropdown': Dropdown;
  readonly 'link': Link;
  readonly 'option': HTMLElement;
  readonly 'panel-tab': HTMLElement;
  readonly 'panel-view': HTMLElement;
  readonly 'panels': Panels;
  readonly 'progress-ring': ProgressRing;
  readonly 'tag': HTMLElement;
  readonly 'text-field': TextField;
}

function control<Name extends keyof Controls>(
  name: Name,
  attributes: Attributes,
  ...children: readonly Child[]
): Controls[Name] {
  const made: HTMLElement = document.createElement(`vscode-${name}`);
  setAttributes(made, attributes);
  append(made, children);
  return made as Controls[Name];
}

/** The toolkit gives some elements names of its own ("Text field") whenever they enter the page: ours come back. */
function insist(on: HTMLElement, attributes: Readonly<Record<string, string>>): void {
  const restore = (): void => {
    for (const [name, value] of Object.entries(attributes)) {
      if (on.getAttribute(name) !== value) on.setAttribute(name, value);
    }
  };
  new MutationObserver(restore).observe(on, { attributeFilter: Object.keys(attributes) });
}

export interface ButtonOptions {
  readonly appearance?: 'primary' | 'secondary';
  /** More than the label says, shown when the pointer rests on it. */
  readonly title?: string;
  readonly disabled?: boolean;
}

export function button(label: string, onClick: () => void, options: ButtonOptions = {}): Button {
  const { appearance = 'secondary', title, disabled = false } = options;
  const made = control('button', { appearance, title, disabled }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A small button that shows a picture; `label` is its name for everybody who does not see it. */
export function iconButton(label: string, icon: Node | string, onClick: () => void): Button {
  const made = control('button', { 'appearance': 'icon', 'aria-label': label, 'title': label }, icon);
  made.addEventListener('click', onClick);
  return made;
}

export function checkbox(label: string, checked: boolean, onChange: (checked: boolean) => void): Checkbox {
  const made = control('checkbox', { checked }, label);
  made.addEventListener('change', () => onChange(made.checked));
  return made;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A list to choose one from. Its name is `label`, which is not drawn: put it in words beside it where it helps. */
export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): Dropdown {
  const made = control(
    'dropdown',
    { 'aria-label': label },
    choices.map((choice) => control(
      'option',
      { value: choice.value, selected: choice.value === value },
      choice.label,
    )),
  );
  made.addEventListener('change', () => onChange(made.value));
  return made;
}

/** Calls `done` when a choice was clicked or taken with Enter; not for arrow keys that walk through a closed list. */
export function whenPicked(list: Dropdown, done: () => void): void {
  // The list opens or closes while the event goes through it.
  const afterwards = (): void => void setTimeout(() => {
    if (!list.open) done();
  });
  list.addEventListener('click', afterwards);
  list.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') afterwards();
  });
}

export interface TextFieldOptions {
  readonly placeholder?: string;
  readonly value?: string;
}

/** A line to write in; `onInput` hears every key. Its name is `label`, which is not drawn. */
export function textField(label: string, onInput: (value: string) => void, options: TextFieldOptions = {}): TextField {
  const made = control('text-field', { 'aria-label': label, ...options });
  insist(made, { 'aria-label': label });
  made.addEventListener('input', () => onInput(made.value));
  return made;
}

/** Turning for as long as it is in the page. */
export function progressRing(label: string): ProgressRing {
  const made = control('progress-ring', { 'aria-label': label, 'role': 'progressbar', 'aria-live': 'polite' });
  insist(made, { 'aria-label': label, 'role': 'progressbar', 'aria-live': 'polite' });
  return made;
}

export function link(label: string, onClick: () => void): Link {
  const made = control('link', { href: '#' }, label);
  made.addEventListener('click', (event) => {
    event.preventDefault();
    onClick();
  });
  return made;
}

/** A word in a frame: a state, a data type. */
export function tag(text: string): HTMLElement {
  return control('tag', {}, text);
}

/** A count in a disc. */
export function badge(text: string): HTMLElement {
  return control('badge', {}, text);
}

export function divider(): HTMLElement {
  return control('divider', { role: 'presentation' });
}

export interface Panel {
  readonly title: string;
  readonly content: Child;
}

/** Tabs and what they show. */
export function panels(label: string, shown: readonly Panel[]): Panels {
  const made = control('panels', { 'aria-label': label });
  const ids = shown.map(() => uniqueId('panel'));
  append(made, shown.map(({ title }, i) => control('panel-tab', { id: `${ids[i]!}-tab` }, title)));
  append(made, shown.map(({ content }, i) => control('panel-view', { id: `${ids[i]!}-view` }, content)));
  return made;
}

/** Index of the tab whose panel is shown. */
export function shownPanel(of: Panels): number {
  return [...of.querySelectorAll('vscode-panel-tab')].findIndex(({ id }) => id === of.activeid);
}

export function showPanel(of: Panels, index: number): void {
  const tab = of.querySelectorAll('vscode-panel-tab')[index];
  if (tab) of.activeid = tab.id;
}

export type CellKind = 'columnheader' | 'rowheader' | 'default';

/** The parts of a data grid: rows and cells are made by hand, so that cells can hold more than text. */
export function dataGrid(label: string): HTMLElement {
  return control('data-grid', { 'aria-label': label, 'generate-header': 'none' });
}

export function gridRow(kind: 'header' | 'default', cells: readonly HTMLElement[]): HTMLElement {
  return control('data-grid-row', { 'row-type': kind }, cells);
}

/** @param column counted from 0 */
export function gridCell(kind: CellKind, column: number, ...content: readonly Child[]): HTMLElement {
  return control('data-grid-cell', { 'cell-type': kind, 'grid-column': column + 1 }, content);
}
