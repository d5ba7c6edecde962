// How a verb that runs on is told to stop.

/** Aborted by SIGINT and SIGTERM, which it catches until it is disposed of. */
export class Stopping implements Disposable {
  readonly #stop = new AbortController();
  readonly #abort = (): void => this.#stop.abort();

  constructor() {
    Deno.addSignalListener("SIGINT", this.#abort);
    Deno.addSignalListener("SIGTERM", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#abort);
    Deno.removeSignalListener("SIGTERM", this.#abort);
  }
}
