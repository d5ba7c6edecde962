// Takes one line of bytes apart without making strings of it: where each key's value lies, and what it is.
import { KEY_INDEX, KEYS } from "./columns.ts";

/** What a value is. TEXT (ASCII), FOREIGN (other text) and JSON lie in the block as they are; ESCAPED has escapes in it. */
export const Kind = {
  ABSENT: 0,
  NULL: 1,
  INTEGER: 2,
  REAL: 3,
  TEXT: 4,
  FOREIGN: 5,
  ESCAPED: 6,
  JSON: 7,
} as const;
export type Kind = typeof Kind[keyof typeof Kind];

const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, COMMA = 0x2c, OPEN = 0x7b, CLOSE = 0x7d, MINUS = 0x2d;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();
const TRUE = encoder.encode("true"), FALSE = encoder.encode("false"), NULL = encoder.encode("null");
/** Each key as it stands in a line, with the quote behind it. */
const NAMES = KEYS.map((key) => encoder.encode(`${key}"`));
/** In place of a column: no key is there. */
const NO_KEY = -2;

/** The scanner's view of one line, valid until the next one is scanned. */
export class LineScanner {
  /** By index in {@link KEYS}. */
  readonly kinds = new Uint8Array(KEYS.length);
  /** Of INTEGER, REAL and booleans (0 and 1). */
  readonly numbers = new Float64Array(KEYS.length);
  /** First byte of TEXT, ESCAPED and JSON; quotes are left out. */
  readonly starts = new Uint32Array(KEYS.length);
  readonly ends = new Uint32Array(KEYS.length);
  /** `"key":value` of keys that no event has, joined by commas. */
  other = "";
  bytes: Uint8Array = new Uint8Array();
  /** By column, and one for the beginning: the column that came next, which mostly comes next again. */
  readonly #next = new Int8Array(KEYS.length + 1).fill(-1);
  #previous: number = KEYS.length;
  #at = 0;
  #end = 0;
  /** Of the string just read: whether it has escapes, and the bits of all its bytes. */
  #escaped = false;
  #high = 0;

  /** False for what is no JSON object. Of a key that stands there twice the last counts, as in JSON.parse. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.kinds.fill(Kind.ABSENT);
    this.other = "";
    this.#previous = KEYS.length;
    this.#at = start;
    this.#end = end;
    if (!this.#skip(OPEN)) return false;
    if (this.#skip(CLOSE)) return this.#blankTo(end);
    do {
      if (!this.#pair()) return false;
    } while (this.#skip(COMMA));
    return this.#skip(CLOSE) && this.#blankTo(end);
  }

  /** The text of a string value. */
  text(key: string): string | undefined {
    const column = (KEY_INDEX as Record<string, number>)[key];
    if (column === undefined) return undefined;
    const kind = this.kinds[column];
    const part = this.bytes.subarray(this.starts[column], this.ends[column]);
    if (kind === Kind.TEXT || kind === Kind.FOREIGN) return decoder.decode(part);
    return kind === Kind.ESCAPED ? unescape(part) : undefined;
  }

  #pair(): boolean {
    if (!this.#skip(QUOTE)) return false;
    const keyStart = this.#at;
    const column = this.#key();
    if (column === NO_KEY) return false;
    const keyEnd = this.#at - 1;
    if (!this.#skip(COLON)) return false;
    this.#blanks();
    const valueStart = this.#at;
    if (!this.#value(column < 0 ? KEYS.length : column)) return false;
    if (column >= 0) return true;
    const key = `"${decoder.decode(this.bytes.subarray(keyStart, keyEnd))}"`;
    const pair = `${key}:${decoder.decode(this.bytes.subarray(valueStart, this.#at))}`;
    if (!isJson(`{${pair}}`)) return false;
    this.other += this.other === "" ? pair : `,${pair}`;
    return true;
  }

  /** Behind the opening quote, to behind the closing one: the column, -1 for a key that no event has, or NO_KEY. */
  #key(): number {
    const start = this.#at;
    const guess = this.#next[this.#previous] ?? -1;
    if (guess >= 0 && this.#isName(guess, start)) {
      this.#previous = guess;
      this.#at = start + (NAMES[guess]?.length ?? 0);
      return guess;
    }
    if (!this.#string()) return NO_KEY;
    const column = this.#escaped ? -1 : this.#columnOf(start);
    if (column >= 0) {
      this.#next[this.#previous] = column;
      this.#previous = column;
    }
    return column;
  }

  #value(column: number): boolean {
    const first = this.bytes[this.#at] ?? 0;
    if (first === QUOTE) {
      const start = ++this.#at;
      if (!this.#string()) return false;
      const end = this.#at - 1;
      // Broken escapes are found now: afterwards the line is taken.
      if (this.#escaped && !isJson(`"${decoder.decode(this.bytes.subarray(start, end))}"`)) return false;
      const kind = this.#escaped ? Kind.ESCAPED : this.#high >= 0x80 ? Kind.FOREIGN : Kind.TEXT;
      return this.#found(column, kind, start, end);
    }
    if (first === OPEN || first === 0x5b) return this.#nested(column);
    if (first === 0x74) return this.#word(TRUE) && this.#number(column, Kind.INTEGER, 1);
    if (first === 0x66) return this.#word(FALSE) && this.#number(column, Kind.INTEGER, 0);
    if (first === 0x6e) return this.#word(NULL) && this.#number(column, Kind.NULL, 0);
    return this.#numeral(column);
  }

  /** Behind the opening quote, to behind the closing one. */
  #string(): boolean {
    const { bytes } = this;
    const end = this.#end;
    let at = this.#at;
    let high = 0;
    this.#escaped = false;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        this.#high = high;
        return true;
      }
      high |= byte;
      if (byte === BACKSLASH) {
        this.#escaped = true;
        at++;
      } else if (byte < 0x20) return false;
    }
    return false;
  }

  #numeral(column: number): boolean {
    const start = this.#at;
    const { bytes } = this;
    let value = 0;
    let at = bytes[start] === MINUS ? start + 1 : start;
    const digits = at;
    for (; at < this.#end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#at = at;
    const next = bytes[at];
    const plain = at > digits && at - digits <= 15 && (bytes[digits] !== 0x30 || at - digits === 1) &&
      next !== 0x2e && next !== 0x65 && next !== 0x45;
    if (plain) return this.#number(column, Kind.INTEGER, digits > start ? -value : value);
    while (at < this.#end && isNumeral(bytes[at] ?? 0)) at++;
    this.#at = at;
    const text = decoder.decode(bytes.subarray(start, at));
    return isJson(text) && this.#number(column, Kind.REAL, Number(text));
  }

  /** An object or array: to its matching bracket. */
  #nested(column: number): boolean {
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#end;) {
      const byte = this.bytes[this.#at++] ?? 0;
      if (byte === QUOTE && !this.#string()) return false;
      if (byte === OPEN || byte === 0x5b) depth++;
      else if ((byte === CLOSE || byte === 0x5d) && --depth === 0) break;
    }
    if (!isJson(decoder.decode(this.bytes.subarray(start, this.#at)))) return false;
    return this.#found(column, Kind.JSON, start, this.#at);
  }

  #word(word: Uint8Array): boolean {
    for (const byte of word) if (this.#at >= this.#end || this.bytes[this.#at++] !== byte) return false;
    return true;
  }

  #number(column: number, kind: Kind, value: number): boolean {
    this.kinds[column] = kind;
    this.numbers[column] = value;
    return true;
  }

  #found(column: number, kind: Kind, start: number, end: number): boolean {
    this.kinds[column] = kind;
    this.starts[column] = start;
    this.ends[column] = end;
    return true;
  }

  #skip(byte: number): boolean {
    if (this.bytes[this.#at] !== byte) this.#blanks();
    if (this.#at >= this.#end || this.bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #blanks(): void {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return;
    }
  }

  #blankTo(end: number): boolean {
    this.#blanks();
    return this.#at === end;
  }

  /** -1: no key of an event. */
  #columnOf(start: number): number {
    for (let column = 0; column < NAMES.length; column++) if (this.#isName(column, start)) return column;
    return -1;
  }

  #isName(column: number, start: number): boolean {
    const name = NAMES[column] ?? NO_BYTES;
    for (let i = 0; i < name.length; i++) if (this.bytes[start + i] !== name[i]) return false;
    return true;
  }
}

/** The text of a string's inside, escapes resolved. */
export function unescape(inside: Uint8Array): string {
  return JSON.parse(`"${decoder.decode(inside)}"`);
}

function isNumeral(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39 || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b ||
    byte === MINUS;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That is the question.
    return false;
  }
}
