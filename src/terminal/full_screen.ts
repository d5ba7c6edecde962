// The whole screen of a terminal: drawn at once, keys as they are pressed, and left as it was found.

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Terminals that know it show a drawing only when it is whole. */
const BEGIN = "\x1b[?2026h\x1b[H";
const END = "\x1b[J\x1b[?2026l";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A key by name, or the character it stands for. */
export type Key =
  | "up"
  | "down"
  | "left"
  | "right"
  | "page_up"
  | "page_down"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "tab"
  | "interrupt"
  | string;

const SEQUENCES: readonly (readonly [string, Key])[] = [
  ["\x1b[A", "up"],
  ["\x1b[B", "down"],
  ["\x1b[C", "right"],
  ["\x1b[D", "left"],
  ["\x1bOA", "up"],
  ["\x1bOB", "down"],
  ["\x1bOC", "right"],
  ["\x1bOD", "left"],
  ["\x1b[5~", "page_up"],
  ["\x1b[6~", "page_down"],
  ["\x1b[H", "home"],
  ["\x1b[F", "end"],
  ["\x1b[1~", "home"],
  ["\x1b[4~", "end"],
  ["\x1b[Z", "tab"],
  ["\x1b", "escape"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\x7f", "backspace"],
  ["\b", "backspace"],
  ["\t", "tab"],
  ["\x03", "interrupt"],
];

/** The keys in what a terminal sent at once. What is no key that is known is passed over. */
export function keysOf(text: string): Key[] {
  const keys: Key[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const known = SEQUENCES.find(([sequence]) => rest.startsWith(sequence));
    // deno-lint-ignore no-control-regex -- a terminal's own sequences
    const unknown = /^\x1b\[[0-9;?]*[ -/]*[@-~]/.exec(rest)?.[0];
    if (unknown !== undefined && (known === undefined || known[1] === "escape")) {
      at += unknown.length;
      continue;
    }
    const [sequence, key] = known ?? [String.fromCodePoint(rest.codePointAt(0) ?? 0), undefined];
    at += sequence.length;
    if (key !== undefined) keys.push(key);
    else if (sequence >= " ") keys.push(sequence);
  }
  return keys;
}

/** Takes the terminal of this process until it is disposed of. */
export class FullScreen implements Disposable {
  readonly #write: (text: string) => void;

  /** @param write writes to the terminal as it is */
  constructor(write: (text: string) => void) {
    this.#write = write;
    Deno.stdin.setRaw(true);
    write(ENTER);
  }

  /** As it is now; 80 by 24 where the terminal does not say. */
  get size(): Size {
    try {
      const { columns, rows } = Deno.consoleSize();
      if (columns > 0 && rows > 0) return { columns, rows };
    } catch {
      // Not every terminal knows its size.
    }
    return { columns: 80, rows: 24 };
  }

  /** Draws lines, which must be free of newlines and fit. */
  draw(lines: readonly string[]): void {
    this.#write(`${BEGIN}${lines.map((line) => `${line}\x1b[K`).join("\r\n")}${END}`);
  }

  /** Keys as they are pressed, until the terminal is gone. */
  async *keys(): AsyncGenerator<Key> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(256);
    for (;;) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) return;
      yield* keysOf(decoder.decode(buffer.subarray(0, count), { stream: true }));
    }
  }

  [Symbol.dispose](): void {
    this.#write(LEAVE);
    Deno.stdin.setRaw(false);
  }
}
