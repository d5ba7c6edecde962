// The signals of a daemon: SIGTERM and SIGINT stop it, a second one forces; SIGHUP reloads, SIGUSR2 reopens files.

export interface SignalActions {
  readonly reload: () => void;
  readonly reopen: () => void;
  readonly force: () => void;
}

export interface Signals extends Disposable {
  /** Resolves with the name of the first signal that asks to stop. */
  readonly stop: Promise<Deno.Signal>;
}

/** SIGUSR1 is left alone: under `deno run` it opens the inspector (facts.md). */
export function catchSignals(actions: SignalActions): Signals {
  const stop = Promise.withResolvers<Deno.Signal>();
  let stopping = false;
  const handlers: [Deno.Signal, () => void][] = [];
  const on = (signal: Deno.Signal, handler: () => void): void => {
    Deno.addSignalListener(signal, handler);
    handlers.push([signal, handler]);
  };
  const stopBy = (signal: Deno.Signal): void => {
    if (stopping) return actions.force();
    stopping = true;
    stop.resolve(signal);
  };
  on("SIGINT", () => stopBy("SIGINT"));
  on("SIGTERM", () => stopBy("SIGTERM"));
  if (Deno.build.os !== "windows") {
    on("SIGHUP", actions.reload);
    on("SIGUSR2", actions.reopen);
  }
  return {
    stop: stop.promise,
    [Symbol.dispose]: () => {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
