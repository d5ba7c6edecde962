// One scanned line as the record of a row: the values in the order of the columns, as SQLite stores them.
import { KEY_INDEX, KEYS } from "./columns.ts";
import { Kind, type LineScanner, unescape } from "./line_scanner.ts";
import { putPayload } from "./payload.ts";
import { putVarint, varintBytes } from "./table_pages.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PAYLOAD = KEY_INDEX.payload;
const PACKET_ID = KEY_INDEX.packet_id;
/** id, ms, the keys, other. */
const COLUMNS = KEYS.length + 3;
/** Bytes of the longest header of a record. */
const MOST_HEADER = 2 + 9 * COLUMNS;

/** Reused for every row. */
export class Row {
  /** Holds the record; the next {@link make} overwrites it. */
  bytes = new Uint8Array(64 * 1024);
  /** Where the record begins and ends. */
  start = 0;
  end = 0;
  readonly #types = new Float64Array(COLUMNS);

  /** Makes the record of the line that `scanner` holds. */
  make(scanner: LineScanner, ms: number | undefined, lineBytes: number): void {
    // A byte that is no UTF-8 becomes three; a number takes eight bytes at most.
    const most = MOST_HEADER + 3 * lineBytes + 9 * COLUMNS;
    if (this.bytes.length < most) this.bytes = new Uint8Array(2 * most);
    this.end = MOST_HEADER;
    const types = this.#types;
    types[0] = 0; // id: the row's number
    types[1] = ms === undefined ? 0 : this.#integer(ms);
    for (let column = 0; column < KEYS.length; column++) types[column + 2] = this.#value(scanner, column);
    types[COLUMNS - 1] = scanner.other === "" ? 0 : this.#string(`{${scanner.other}}`);
    this.#putHeader();
  }

  /** Puts the value behind the others; returns its serial type (2.1 of the format). */
  #value(scanner: LineScanner, column: number): number {
    const kind = scanner.kinds[column] ?? 0;
    if (kind === Kind.ABSENT || kind === Kind.NULL) return 0;
    if (kind === Kind.INTEGER) return this.#integer(scanner.numbers[column] ?? 0);
    if (kind === Kind.REAL) {
      new DataView(this.bytes.buffer).setFloat64(this.end, scanner.numbers[column] ?? 0);
      this.end += 8;
      return 7;
    }
    const start = scanner.starts[column] ?? 0;
    const end = scanner.ends[column] ?? 0;
    if (kind >= Kind.FOREIGN) {
      const part = scanner.bytes.subarray(start, end);
      return this.#string(kind === Kind.ESCAPED ? unescape(part) : decoder.decode(part));
    }
    if (column === PACKET_ID) return this.#packetId(scanner.bytes, start, end);
    if (column === PAYLOAD) {
      const length = putPayload(scanner.bytes, start, end, this.bytes, this.end);
      if (length !== undefined) {
        this.end += Math.abs(length);
        return length < 0 ? 12 - 2 * length : 13 + 2 * length;
      }
    }
    return this.#text(scanner.bytes, start, end);
  }

  #text(bytes: Uint8Array, start: number, end: number): number {
    const to = this.bytes;
    let at = this.end;
    for (let i = start; i < end; i++) to[at++] = bytes[i] ?? 0;
    this.end = at;
    return 13 + 2 * (end - start);
  }

  #string(text: string): number {
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.end));
    this.end += written;
    return 13 + 2 * written;
  }

  /** "17" is 17 and "" is null, as in the lines of RMQTT's program. */
  #packetId(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    let value = 0;
    for (let i = start; i < end; i++) {
      const digit = (bytes[i] ?? 0) - 0x30;
      if (digit < 0 || digit > 9 || i - start > 5) return this.#text(bytes, start, end);
      value = value * 10 + digit;
    }
    return this.#integer(value);
  }

  #integer(value: number): number {
    if (value === 0) return 8;
    if (value === 1) return 9;
    const bytes = value >= -0x80 && value < 0x80
      ? 1
      : value >= -0x8000 && value < 0x8000
      ? 2
      : value >= -0x80000000 && value < 0x80000000
      ? 4
      : 8;
    const start = this.end;
    // Arithmetic, for a shift has 32 bits only; floor() makes it two's complement.
    let rest = value;
    for (let at = start + bytes - 1; at >= start; at--) {
      const next = Math.floor(rest / 256);
      this.bytes[at] = rest - next * 256;
      rest = next;
    }
    this.end = start + bytes;
    return bytes === 8 ? 6 : bytes;
  }

  /** The serial types, right before the values. */
  #putHeader(): void {
    const types = this.#types;
    let length = 1;
    for (let column = 0; column < COLUMNS; column++) length += varintBytes(types[column] ?? 0);
    // Its own length counts, and takes one byte or two.
    if (length >= 0x80) length++;
    this.start = MOST_HEADER - length;
    let at = putVarint(this.bytes, this.start, length);
    for (let column = 0; column < COLUMNS; column++) at = putVarint(this.bytes, at, types[column] ?? 0);
  }
}
