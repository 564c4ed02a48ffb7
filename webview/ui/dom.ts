/** Elements made with data as text: nothing here ever parses HTML, so a name in a model cannot become markup. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];

/** Attributes: `true` sets an empty one; `false`, null and undefined leave it out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `element('p', { class: 'hint' }, 'text')`. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

/** As `element`, in SVG. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(svgNamespace, name);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

export function setAttributes(of: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) of.removeAttribute(name);
    else of.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Adds children; gaps (null, undefined, false) are left out. */
export function append(to: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child == null || child === false) continue;
    if (child instanceof Node) to.appendChild(child);
    else if (typeof child === 'object') append(to, child);
    else to.appendChild(document.createTextNode(String(child)));
  }
}

/** Replaces what an element holds. */
export function fill(of: Element, ...children: readonly Child[]): void {
  of.replaceChildren();
  append(of, children);
}

let ids = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix: string): string {
  ids += 1;
  return `${prefix}-${ids}`;
}
