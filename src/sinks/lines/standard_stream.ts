// Standard output and standard error as places for lines, as containers collect them: there is nothing to
// open, heal, rotate or watch. They are written as streams, for Deno's named permissions refuse files in
// /dev.
import { NEWLINE } from "../../base/bytes.ts";
import type { LineTarget } from "./line_writer.ts";
import type { Written } from "./whole_line_file.ts";

/** What is written to; a write may take a part, and throws when it takes nothing. */
type ByteStream = Pick<typeof Deno.stdout, "writeSync">;

/** The stream that a path names; undefined for any other path. */
export function standardStreamOf(path: string): ByteStream | undefined {
  if (path === "/dev/stdout") return Deno.stdout;
  return path === "/dev/stderr" ? Deno.stderr : undefined;
}

/** A reader that is slow holds up the caller, as it does any program; one that is gone makes writes fail. */
export class StandardStream implements LineTarget {
  /** Of the line that the stream took the beginning of; it counts as taken, and goes first. */
  #rest = new Uint8Array(0);

  constructor(readonly path: string, private readonly stream: ByteStream) {}

  write(lines: Uint8Array): Written {
    let done = 0;
    try {
      while (this.#rest.length > 0) this.#rest = this.#rest.subarray(this.stream.writeSync(this.#rest));
      while (done < lines.length) done += this.stream.writeSync(lines.subarray(done));
      return { bytes: done };
    } catch (error) {
      // What went out cannot be taken back, so the line is finished before another begins.
      const end = done === 0 ? 0 : lines.indexOf(NEWLINE, done - 1) + 1;
      if (end > done) this.#rest = lines.slice(done, end);
      return { bytes: end, error };
    }
  }

  open(): void {}
  endTurn(): void {}
  reopen(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
