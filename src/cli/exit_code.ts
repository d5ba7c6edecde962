// The exit codes of every verb; `--help` lists them.

/** What the process ends with. 64 and 78 are EX_USAGE and EX_CONFIG of sysexits(3). */
export const EXIT = { done: 0, failed: 1, forced: 2, usage: 64, config: 78 } as const;

export const EXIT_MEANINGS: ReadonlyMap<number, string> = new Map([
  [EXIT.done, "done"],
  [EXIT.failed, "failed while running"],
  [EXIT.forced, "forced to stop by a second signal"],
  [EXIT.usage, "the command line is wrong"],
  [EXIT.config, "the configuration is wrong"],
]);
