// The signals of a daemon: SIGTERM and SIGINT stop it, a second one forces; SIGHUP reloads, SIGUSR2 reopens.
import inspector from "node:inspector";

export interface SignalActions {
  readonly reload: () => void;
  readonly reopen: () => void;
  /** A second signal asks to stop; the process ends right after. */
  readonly forced: () => void;
}

export interface Signals extends Disposable {
  /** Resolves with the name of the first signal that asks to stop. */
  readonly stop: Promise<Deno.Signal>;
  /** Has the signals do this from here on; before, SIGHUP and SIGUSR2 do nothing. */
  serve(actions: SignalActions): void;
}

/** How often V8's inspector is closed after a SIGUSR1, and how long it is waited in between, milliseconds. */
const INSPECTOR_CLOSINGS = 1_000;
const INSPECTOR_INTERVAL = 1;

/**
 * Catches them until it is disposed of: made first and disposed of last, for what is held up at the end.
 * @param exit ends the process at once, when a second signal asks to stop
 */
export function catchSignals(exit: () => never): Signals {
  const stop = Promise.withResolvers<Deno.Signal>();
  let actions: SignalActions = { reload: () => {}, reopen: () => {}, forced: () => {} };
  let stopping = false;
  const handlers: [Deno.Signal, () => void][] = [];
  const on = (signal: Deno.Signal, handler: () => void): void => {
    Deno.addSignalListener(signal, handler);
    handlers.push([signal, handler]);
  };
  const stopBy = (signal: Deno.Signal): void => {
    if (stopping) {
      actions.forced();
      exit();
    }
    stopping = true;
    stop.resolve(signal);
  };
  const inspectorGuard = new InspectorGuard();
  on("SIGINT", () => stopBy("SIGINT"));
  on("SIGTERM", () => stopBy("SIGTERM"));
  if (Deno.build.os !== "windows") {
    on("SIGHUP", () => actions.reload());
    on("SIGUSR1", () => inspectorGuard.shut());
    on("SIGUSR2", () => actions.reopen());
  }
  return {
    stop: stop.promise,
    serve: (others) => actions = others,
    [Symbol.dispose]: () => {
      inspectorGuard[Symbol.dispose]();
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}

/**
 * Under `deno run`, SIGUSR1 opens V8's inspector on 127.0.0.1:9229, whoever else catches the signal: every
 * user of the machine could run code in this process. The ways to start Hookline hold the signal back where
 * they can; where they cannot, the inspector is closed again before anyone can speak to it. Counted in looks
 * and not in time: it opens between two of them, however busy the process is.
 */
class InspectorGuard implements Disposable {
  #left = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  shut(): void {
    this.#left = INSPECTOR_CLOSINGS;
    this.#timer ??= setInterval(() => {
      inspector.close();
      if (--this.#left === 0) this[Symbol.dispose]();
    }, INSPECTOR_INTERVAL);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
