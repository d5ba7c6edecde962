// Turns blocks of bytes into lines; holds at most one unfinished line, of bounded size.
import { NEWLINE } from "../base/bytes.ts";
import { type Line, MAX_LINE_BYTES } from "./line.ts";

export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #bytes = 0;

  /** Bytes of the line that has no newline yet. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** The lines that `block` completes. The block may be used again afterwards. */
  push(block: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      this.#keep(block.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(block.subarray(start));
    return lines;
  }

  /** The unfinished line, for when nothing more will come. */
  flush(): Line[] {
    return this.#bytes === 0 ? [] : [this.#take()];
  }

  /** Forgets the unfinished line. */
  reset(): void {
    this.#kept = [];
    this.#keptBytes = 0;
    this.#bytes = 0;
  }

  #keep(part: Uint8Array): void {
    const room = MAX_LINE_BYTES - this.#keptBytes;
    if (room > 0 && part.length > 0) {
      const copy = part.slice(0, room);
      this.#kept.push(copy);
      this.#keptBytes += copy.length;
    }
    this.#bytes += part.length;
  }

  #take(): Line {
    let text = "";
    for (const part of this.#kept) text += this.#decoder.decode(part, { stream: true });
    text += this.#decoder.decode();
    const line = { text, bytes: this.#bytes };
    this.reset();
    return line;
  }
}
