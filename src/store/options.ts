// Where the sessions and Retained Messages are kept, and how: `[store]` of the main file.
import { type OptionsOf, optionTable } from "../base/option.ts";

const MIB = 1024 ** 2;

export const STORE_OPTIONS = optionTable({
  path: {
    key: "store.path",
    kind: "text",
    what: 'a file, or "memory"',
    default: "./hookline.db",
    doc:
      "Sessions that outlive their connection, what waits for them, and Retained Messages are kept here, " +
      'and so survive a restart or a crash. "memory": nothing survives.',
  },
  fsync: {
    key: "store.fsync",
    kind: "choice",
    choices: ["never", "1s", "always"],
    default: "1s",
    doc:
      "What a power cut may cost: never: what the system had not written yet; 1s: the last second; always: " +
      "nothing that was acknowledged, for a sync of the disk at the end of each turn. The file is sound in " +
      "any case.",
  },
  maxBytes: {
    key: "store.max_bytes",
    kind: "size",
    min: MIB,
    max: 1_024 * 1024 ** 4,
    zero: "no limit",
    default: 1024 * MIB,
    doc: "Bytes of all messages in it that wait for sessions or are not acknowledged. Past it the longest " +
      "queue gives up its oldest. 0: no limit.",
  },
});

/** `path` is whole, or `undefined` for "memory". */
export type StoreOptions = Omit<OptionsOf<typeof STORE_OPTIONS>, "path"> & {
  readonly path: string | undefined;
};
