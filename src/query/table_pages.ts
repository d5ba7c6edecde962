// Writes rows as the pages of an SQLite table, in the order of their numbers: https://sqlite.org/fileformat2.html.
// An insert through the platform's binding costs more per row than taking the line apart and laying the page down.

/** Bytes of a page; what SQLite was told when it made the file. */
export const PAGE_BYTES = 16_384;
/** Pages that leave in one write. */
const PAGES_HELD = 64;
/** Bytes of a row that stay in its leaf; of a longer one the rest goes to overflow pages (1.6 of the format). */
const MOST_LOCAL = PAGE_BYTES - 35;
const LEAST_LOCAL = Math.floor((PAGE_BYTES - 12) * 32 / 255) - 23;
/** Children of an interior page: 4 bytes of number, at most 9 of key, 2 of pointer each. */
const FAN_OUT = Math.floor((PAGE_BYTES - 12) / 15);

interface Child {
  readonly page: number;
  /** The highest row number in it. */
  readonly last: number;
}

/** Fills one empty table of a file that nobody else has open; {@link finish} makes its rows count. */
export class TablePages {
  readonly #file: Deno.FsFile;
  readonly #root: number;
  readonly #held = new Uint8Array(PAGES_HELD * PAGE_BYTES);
  #heldPages = 0;
  /** The number that the next page gets; pages count from 1. */
  #next: number;
  readonly #leaf = new Uint8Array(PAGE_BYTES);
  readonly #view = new DataView(this.#leaf.buffer);
  #cells = 0;
  #content = PAGE_BYTES;
  #last = 0;
  #leaves: Child[] = [];

  /** @param root the table's first page, as `sqlite_schema.rootpage` has it */
  constructor(file: Deno.FsFile, root: number) {
    this.#file = file;
    this.#root = root;
    const header = readHeader(file);
    this.#next = header.getUint32(28) + 1;
    file.seekSync((this.#next - 1) * PAGE_BYTES, Deno.SeekMode.Start);
  }

  /** Adds a row, whose record is `bytes[start, end)`; `number` is higher than that of the row before. */
  add(number: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const local = localBytes(length);
    const cell = varintBytes(length) + varintBytes(number) + local + (local < length ? 4 : 0);
    if (8 + 2 * (this.#cells + 1) + cell > this.#content) this.#finishLeaf();
    this.#content -= cell;
    let at = putVarint(this.#leaf, this.#content, length);
    at = putVarint(this.#leaf, at, number);
    this.#leaf.set(bytes.subarray(start, start + local), at);
    if (local < length) this.#view.setUint32(at + local, this.#overflow(bytes.subarray(start + local, end)));
    this.#view.setUint16(8 + 2 * this.#cells, this.#content);
    this.#cells++;
    this.#last = number;
  }

  /** Writes what is held and the pages above the leaves, and tells the file's header of the new pages. */
  finish(): void {
    let children = this.#leaves;
    if (children.length === 0) {
      this.#sealLeaf();
      this.#flush();
      this.#writeRoot(this.#leaf);
    } else {
      if (this.#cells > 0) this.#finishLeaf();
      for (children = this.#leaves; children.length > FAN_OUT;) {
        children = groupsOf(children).map((group) => ({
          page: this.#append(interior(group)),
          last: group.at(-1)?.last ?? 0,
        }));
      }
      this.#flush();
      this.#writeRoot(interior(children));
    }
    this.#tellHeader();
  }

  #finishLeaf(): void {
    this.#sealLeaf();
    this.#leaves.push({ page: this.#append(this.#leaf), last: this.#last });
    this.#leaf.fill(0);
    this.#cells = 0;
    this.#content = PAGE_BYTES;
  }

  #sealLeaf(): void {
    this.#leaf[0] = 13;
    this.#view.setUint16(3, this.#cells);
    this.#view.setUint16(5, this.#content);
  }

  /** The number of the first page. */
  #overflow(rest: Uint8Array): number {
    const first = this.#next;
    for (let at = 0; at < rest.length; at += PAGE_BYTES - 4) {
      const page = new Uint8Array(PAGE_BYTES);
      const goesOn = at + PAGE_BYTES - 4 < rest.length;
      new DataView(page.buffer).setUint32(0, goesOn ? this.#next + 1 : 0);
      page.set(rest.subarray(at, at + PAGE_BYTES - 4), 4);
      this.#append(page);
    }
    return first;
  }

  #append(page: Uint8Array): number {
    this.#held.set(page, this.#heldPages++ * PAGE_BYTES);
    if (this.#heldPages === PAGES_HELD) this.#flush();
    return this.#next++;
  }

  #flush(): void {
    writeAll(this.#file, this.#held.subarray(0, this.#heldPages * PAGE_BYTES));
    this.#heldPages = 0;
  }

  #writeRoot(page: Uint8Array): void {
    this.#file.seekSync((this.#root - 1) * PAGE_BYTES, Deno.SeekMode.Start);
    writeAll(this.#file, page);
  }

  /** Size in pages, and a new change counter, which says that the size holds (1.3.7 of the format). */
  #tellHeader(): void {
    const header = readHeader(this.#file);
    const changes = header.getUint32(24) + 1;
    header.setUint32(24, changes);
    header.setUint32(92, changes);
    header.setUint32(28, this.#next - 1);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    writeAll(this.#file, new Uint8Array(header.buffer));
  }
}

/** Never a group of one: an interior page has a key at least. */
function groupsOf(children: readonly Child[]): Child[][] {
  const count = Math.ceil(children.length / FAN_OUT);
  const size = Math.ceil(children.length / count);
  return Array.from({ length: count }, (_, i) => children.slice(i * size, (i + 1) * size));
}

function interior(children: readonly Child[]): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  const view = new DataView(page.buffer);
  let content = PAGE_BYTES;
  for (const [i, { page: number, last }] of children.slice(0, -1).entries()) {
    content -= 4 + varintBytes(last);
    view.setUint32(content, number);
    putVarint(page, content + 4, last);
    view.setUint16(12 + 2 * i, content);
  }
  page[0] = 5;
  view.setUint16(3, children.length - 1);
  view.setUint16(5, content);
  view.setUint32(8, children.at(-1)?.page ?? 0);
  return page;
}

function localBytes(length: number): number {
  if (length <= MOST_LOCAL) return length;
  const local = LEAST_LOCAL + (length - LEAST_LOCAL) % (PAGE_BYTES - 4);
  return local <= MOST_LOCAL ? local : LEAST_LOCAL;
}

/** Bytes of a number below 2^49 as a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** SQLite's varint: seven bits a byte, the highest first. Returns where it ends. */
export function putVarint(bytes: Uint8Array, start: number, value: number): number {
  if (value < 0x80) {
    bytes[start] = value;
    return start + 1;
  }
  const end = start + varintBytes(value);
  let rest = value;
  for (let at = end - 1; at >= start; at--) {
    bytes[at] = rest % 0x80 | (at === end - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return end;
}

function readHeader(file: Deno.FsFile): DataView<ArrayBuffer> {
  const header = new Uint8Array(100);
  file.seekSync(0, Deno.SeekMode.Start);
  if (file.readSync(header) !== header.length) throw new Error("the database ends within its header");
  return new DataView(header.buffer);
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
