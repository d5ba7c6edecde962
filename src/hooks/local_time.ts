// Local time as the lines write it: `2026-11-24 09:05:01.042`.

/** Formats Unix milliseconds; remembers the last second, as lines come in bursts. */
export class LocalTime {
  #second = NaN;
  #prefix = "";

  at(ms: number): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      const d = new Date(ms);
      this.#prefix = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ` +
        `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.`;
    }
    return this.#prefix + String(ms - second * 1000).padStart(3, "0");
  }
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
