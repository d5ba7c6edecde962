// How a part of the running program takes other options: it makes them ready, and then has them, or has not.

/** Other options, ready to be taken; one of the two methods is called, once. */
export interface Prepared {
  /** The part has them from here on, and has logged what changed. Synchronous, and cannot fail. */
  commit(): void;
  /** Gives up what was made ready for nothing; the part is as it was. */
  abandon(): void | Promise<void>;
  /** Sentences, without secrets, on new values that only a restart can give. */
  readonly afterRestart: readonly string[];
}

/** A part whose options can change while it runs. */
export interface Reloadable<Options> {
  /** Does all that can fail. Throws or rejects when the options cannot be had; the part is then as it was. */
  prepare(options: Options): Prepared | Promise<Prepared>;
}

/** Of options that need nothing made ready. */
export function nothingToPrepare(commit: () => void, afterRestart: readonly string[] = []): Prepared {
  return { commit, abandon: () => {}, afterRestart };
}
