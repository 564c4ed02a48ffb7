/** The row of buttons over the graph. */

import { dropdown, iconButton, whenPicked, type Dropdown } from '../../ui/controls.ts';
import { element, fill } from '../../ui/dom.ts';
import type { Session } from '../session/session.ts';
import { exportMenu } from './export-menu.ts';
import { icon, type IconName } from './icons.ts';
import type { PageAction } from './page-action.ts';

const none = '-';
const importChoice = '+';

export class Toolbar {
  readonly element = element('div', { 'class': 'toolbar', 'role': 'toolbar', 'aria-label': 'Graph' });
  readonly #session: Session;
  readonly #run: (action: PageAction) => void;
  readonly #overlayPlace = element('div', { class: 'overlay-choice' });
  readonly #worst = element('div', { class: 'toolbar-group' });
  #dropdown: Dropdown | undefined;
  #offered = '';

  readonly #toGraph: () => void;

  /** `toGraph` gives the graph the focus. */
  constructor(session: Session, run: (action: PageAction) => void, toGraph: () => void) {
    this.#session = session;
    this.#run = run;
    this.#toGraph = toGraph;
    this.#worst.append(
      this.#button('Next worst layer (n)', 'next', 'nextWorst'),
      this.#button('Previous layer in the ranking (Shift+N)', 'previous', 'previousWorst'),
    );
    this.element.append(
      this.#group(
        this.#button('Outline of all layers (l)', 'outline', 'toggleOutline'),
        this.#button('Search (/)', 'search', 'search'),
      ),
      this.#overlayPlace,
      this.#worst,
      this.#group(
        this.#button('Trace what the selection depends on (i)', 'traceInputs', 'traceInputs'),
        this.#button('Trace what depends on the selection (o)', 'traceOutputs', 'traceOutputs'),
      ),
      element('span', { class: 'stretch' }),
      this.#group(
        this.#button('Expand all groups (e)', 'expandAll', 'expandAll'),
        this.#button('Collapse all groups (c)', 'collapseAll', 'collapseAll'),
        this.#button('Fit the graph into the view (f)', 'fit', 'fit'),
        this.#button('The whole model folded into strips (m)', 'folded', 'toggleFolded'),
      ),
      this.#group(
        exportMenu(run),
        this.#button('Keys (?)', 'help', 'help'),
        this.#button('Show or hide the details', 'panel', 'togglePanel'),
      ),
    );
    session.signals.on(['overlays', 'overlay'], () => this.#showOverlays());
    this.#showOverlays();
  }

  #group(...buttons: readonly HTMLElement[]): HTMLElement {
    return element('div', { class: 'toolbar-group' }, buttons);
  }

  #button(label: string, name: IconName, action: PageAction): HTMLElement {
    return iconButton(label, icon(name), () => this.#run(action));
  }

  #showOverlays(): void {
    const { choices, currentId } = this.#session.overlays;
    this.#worst.hidden = !this.#session.overlays.shown;
    const value = currentId !== null && choices.some(({ id }) => id === currentId) ? currentId : none;
    const offered = choices.map(({ id, title }) => `${id} ${title}`).join('\n');
    // Made anew only when there is another choice: it may hold the focus.
    if (this.#dropdown && offered === this.#offered) {
      this.#dropdown.value = value;
      return;
    }
    this.#offered = offered;
    this.#dropdown = dropdown('Overlay', [
      { value: none, label: 'No overlay' },
      ...choices.map(({ id, title }) => ({ value: id, label: title })),
      { value: importChoice, label: 'Import overlay…' },
    ], value, (chosen) => this.#choose(chosen));
    // A list that keeps the focus would take the arrow keys that are meant for the graph.
    whenPicked(this.#dropdown, this.#toGraph);
    fill(this.#overlayPlace, this.#dropdown);
  }

  #choose(chosen: string): void {
    if (chosen === importChoice) {
      if (this.#dropdown) this.#dropdown.value = this.#session.overlays.currentId ?? none;
      this.#run('importOverlay');
    } else {
      this.#session.showOverlay(chosen === none ? null : chosen);
    }
  }
}
