// Where each key of a TOML text stands. smol-toml gives values without positions; messages need the line.
import { parse } from "smol-toml";
import type { KeyPath } from "./_key_path.ts";

interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/**
 * Maps every key, table header and array element to its place.
 *
 * Only for text that smol-toml has accepted: it checks nothing, and on other text the places are wrong
 * (but it never throws and always ends).
 */
export class Positions {
  readonly #offsets: ReadonlyMap<string, number>;

  constructor(private readonly text: string) {
    this.#offsets = new Scanner(text).scan();
  }

  /** The place of `path`, or of the nearest key around it that is written in the file. */
  at(path: KeyPath): Position {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#offsets.get(id(path.slice(0, length)));
      if (offset !== undefined) return positionOf(this.text, offset);
    }
    return { line: 1, column: 1 };
  }
}

/**
 * The key that a parser was reading when it gave up at `stop`; `undefined` where it was in none.
 * An array is named as a whole: which of its elements is at fault is often not to be said.
 */
export function keyBeingRead(text: string, stop: Position): KeyPath | undefined {
  const lines = text.split("\n");
  const lineStart = lines.slice(0, stop.line - 1).reduce((length, line) => length + line.length + 1, 0);
  const scanner = new Scanner(lines.slice(0, stop.line).join("\n"), lineStart + stop.column - 1);
  scanner.scan();
  const { last, unfinished } = scanner;
  if (last === undefined || !(unfinished || last.offset >= lineStart) || last.path.includes("")) {
    return undefined;
  }
  return last.path.slice(0, last.path.findLastIndex((part) => typeof part === "string") + 1);
}

function positionOf(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** No message names a deeper key; deeper ones share the place of this level, which bounds time and memory. */
const MAX_DEPTH = 16;

/** Brackets within brackets that are followed: smol-toml accepts no more. */
const MAX_NESTING = 1_000;

function child(path: KeyPath, part: string | number): KeyPath {
  return path.length < MAX_DEPTH ? [...path, part] : path;
}

function id(path: KeyPath): string {
  return JSON.stringify(path);
}

class Scanner {
  readonly #stop: number;
  #at = 0;
  #nesting = 0;
  #last: { path: KeyPath; offset: number } | undefined;
  readonly #offsets = new Map<string, number>();
  /** How many `[[headers]]` each array of tables has had. */
  readonly #tableCounts = new Map<string, number>();

  /** @param stop no key behind it is the last one */
  constructor(private readonly text: string, stop = Infinity) {
    this.#stop = stop;
  }

  /** The last key of a table header or of a value that {@link scan} met before `stop`. */
  get last(): { readonly path: KeyPath; readonly offset: number } | undefined {
    return this.#last;
  }

  /** Whether the text ended within an array, a table or a string. */
  get unfinished(): boolean {
    return this.#at > this.text.length;
  }

  scan(): ReadonlyMap<string, number> {
    let table: KeyPath = [];
    while (this.#skipBlank(true)) {
      if (this.#peek() === "[") {
        table = this.#header();
        continue;
      }
      this.#pair(table);
      this.#skipBlank(false);
      if (!/^[\r\n#]?$/.test(this.#peek())) this.#giveUp();
    }
    return this.#offsets;
  }

  /** What follows is no TOML, and may be half a secret rather than a key. */
  #giveUp(): void {
    this.#at = this.text.length + 1;
  }

  #meet(path: KeyPath, offset: number): void {
    if (offset <= this.#stop) this.#last = { path, offset };
  }

  /** `[a.b]` or `[[a.b]]`: the path that the pairs below it belong to. */
  #header(): KeyPath {
    const start = this.#at++;
    const isArray = this.#peek() === "[";
    if (isArray) this.#at++;
    const names = this.#keyNames();
    let path: KeyPath = [];
    for (const [index, name] of names.entries()) {
      path = child(path, name);
      this.#note(path, start);
      const count = this.#tableCounts.get(id(path));
      if (isArray && index === names.length - 1) {
        this.#tableCounts.set(id(path), (count ?? 0) + 1);
        path = child(path, count ?? 0);
        this.#note(path, start);
      } else if (count !== undefined) {
        path = child(path, count - 1);
      }
    }
    this.#meet(path, start);
    this.#skipTo("\n");
    return path;
  }

  /** `a.b = value` within `table`. */
  #pair(table: KeyPath): void {
    const start = this.#at;
    let path = table;
    for (const name of this.#keyNames()) {
      path = child(path, name);
      this.#note(path, start);
    }
    this.#skipBlank(false);
    if (this.#peek() === "=") {
      this.#meet(path, start);
      this.#at++;
    }
    this.#skipBlank(false);
    this.#value(path);
    if (this.#at === start) this.#at++;
  }

  #value(path: KeyPath): void {
    const char = this.#peek();
    switch (char) {
      case "[":
      case "{":
        if (++this.#nesting > MAX_NESTING) this.#skipTo("\n");
        else if (char === "[") this.#array(path);
        else this.#inlineTable(path);
        this.#nesting--;
        return;
      case '"':
      case "'":
        this.#string();
        return;
      default:
        while (this.#at < this.text.length && !/[,\]}#\n]/.test(this.#peek())) this.#at++;
    }
  }

  #array(path: KeyPath): void {
    this.#at++;
    for (let index = 0; this.#skipBlank(true) && this.#peek() !== "]"; index++) {
      const start = this.#at;
      const element = child(path, index);
      this.#note(element, start);
      this.#value(element);
      this.#endItem("]");
      if (this.#at === start) this.#at++;
    }
    this.#at++;
  }

  #inlineTable(path: KeyPath): void {
    this.#at++;
    while (this.#skipBlank(true) && this.#peek() !== "}") {
      this.#pair(path);
      this.#endItem("}");
    }
    this.#at++;
  }

  /** Passes over the comma between items. */
  #endItem(close: string): void {
    this.#skipBlank(true);
    if (this.#peek() === ",") this.#at++;
    else if (this.#peek() !== close) this.#giveUp();
  }

  /** The names of a dotted key; ends before `=` or `]`. */
  #keyNames(): string[] {
    const names: string[] = [];
    for (;;) {
      this.#skipBlank(false);
      names.push(this.#keyName());
      this.#skipBlank(false);
      if (this.#peek() !== ".") return names;
      this.#at++;
    }
  }

  #keyName(): string {
    const start = this.#at;
    const quote = this.#peek();
    if (quote === '"' || quote === "'") {
      this.#string();
      const raw = this.text.slice(start, this.#at);
      return quote === "'" || !raw.includes("\\") ? raw.slice(1, -1) : unescaped(raw);
    }
    while (/[A-Za-z0-9_-]/.test(this.#peek())) this.#at++;
    return this.text.slice(start, this.#at);
  }

  /** Passes over a string of any of the four kinds. */
  #string(): void {
    const quote = this.#peek();
    const fence = this.text.startsWith(quote.repeat(3), this.#at) ? quote.repeat(3) : quote;
    this.#at += fence.length;
    while (this.#at < this.text.length && !this.text.startsWith(fence, this.#at)) {
      this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
    }
    this.#at += fence.length;
    // A multi-line string may end in up to two quotes of its own before the fence.
    if (fence.length === 3) { while (this.#peek() === quote) this.#at++; }
  }

  /** Passes over spaces and, with `lines`, line ends and comments; false at the end of the text. */
  #skipBlank(lines: boolean): boolean {
    while (this.#at < this.text.length) {
      const char = this.#peek();
      if (char === " " || char === "\t" || (lines && (char === "\n" || char === "\r"))) this.#at++;
      else if (lines && char === "#") this.#skipTo("\n");
      else break;
    }
    return this.#at < this.text.length;
  }

  #skipTo(char: string): void {
    const found = this.text.indexOf(char, this.#at);
    this.#at = found < 0 ? this.text.length : found;
  }

  #peek(): string {
    return this.text[this.#at] ?? "";
  }

  /** The first place stands: a table is where it was opened. */
  #note(path: KeyPath, offset: number): void {
    const key = id(path);
    if (!this.#offsets.has(key)) this.#offsets.set(key, offset);
  }
}

/** The name within a quoted key with escapes, read by smol-toml itself so that both agree. */
function unescaped(raw: string): string {
  try {
    const value = parse(`key = ${raw}`)["key"];
    return typeof value === "string" ? value : raw;
  } catch {
    // Not TOML after all: the name only serves to find a line, and a parent's line is found instead.
    return raw;
  }
}
