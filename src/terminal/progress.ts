// One line of a terminal that is written again and again while something goes on.

/** Columns of the bar. */
const BAR = 20;
/** How often it is written, milliseconds. */
const EVERY = 250;

/** Gone from the terminal when it is disposed of. */
export class ProgressLine implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #write: (text: string) => void;

  /** @param text what the line says now; free of control characters, and shorter than a line */
  constructor(write: (text: string) => void, text: () => string) {
    this.#write = write;
    this.#timer = setInterval(() => write(`\r${text()}\x1b[K`), EVERY);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#write("\r\x1b[K");
  }
}

/** `[████░░░░] 45 %` */
export function bar(part: number): string {
  const share = Math.min(1, Math.max(0, part));
  const full = Math.round(share * BAR);
  return `[${"█".repeat(full)}${"░".repeat(BAR - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
