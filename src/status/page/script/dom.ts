// Elements made and kept in step. What comes from the network is text and never markup.

type Child = Node | string;

export interface Attributes {
  readonly [name: string]: string | number | boolean | undefined;
}

/** Makes an element; `true` is an attribute without a value, `false` and `undefined` are none. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/** Sets an attribute where it differs. */
export function setAttribute(element: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Sets the text where it differs: what does not change costs no layout, and keeps its selection. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The element of page.html with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`page.html has no #${id}`);
  return element as T;
}

/** What stands for one row. */
export interface Item<Row> {
  readonly element: Element;
  update(row: Row): void;
}

/** Children of one element, one for each row, kept in step by key and in the order of the rows. */
export class Rows<Row> {
  readonly #parent: Element;
  readonly #makeItem: (row: Row) => Item<Row>;
  #items = new Map<string, Item<Row>>();

  constructor(parent: Element, makeItem: (row: Row) => Item<Row>) {
    this.#parent = parent;
    this.#makeItem = makeItem;
  }

  show(rows: readonly Row[], keyOf: (row: Row) => string): void {
    const items = new Map<string, Item<Row>>();
    let place = this.#parent.firstElementChild;
    for (const row of rows) {
      const key = keyOf(row);
      const item = this.#items.get(key) ?? this.#makeItem(row);
      items.set(key, item);
      item.update(row);
      if (item.element === place) place = place.nextElementSibling;
      else this.#parent.insertBefore(item.element, place);
    }
    for (const [key, item] of this.#items) if (!items.has(key)) item.element.remove();
    this.#items = items;
  }
}
