// The options of all kinds of sinks: one line for each kind's table.
import { type OptionsOf, optionTable } from "../base/option.ts";
import { FILE_OPTIONS } from "./file/options.ts";
import { ENDPOINT_OPTIONS, HTTP_OPTIONS } from "./http/options.ts";

/** Their keys stand side by side in the hooks file. */
export const SINK_OPTIONS = { file: FILE_OPTIONS, http: HTTP_OPTIONS } as const;

/** What a URL of any kind that is written as a table may say of itself. */
export const ANY_URL_OPTIONS = optionTable({
  required: {
    key: "required",
    kind: "boolean",
    doc: "While its lines reach no disk (for a web server: no spool), QoS 1 and 2 messages, CONNECT and " +
      "SUBSCRIBE are refused: acknowledged means logged, without exception.",
  },
});

/** The same, with what only some kinds have. */
export const URL_OPTIONS = { ...ANY_URL_OPTIONS, ...ENDPOINT_OPTIONS } as const;
export type UrlOptions = OptionsOf<typeof URL_OPTIONS>;

/** The options of each kind, by the name it has in `SINK_OPTIONS`. */
export type KindOptions = {
  readonly [Kind in keyof typeof SINK_OPTIONS]: OptionsOf<(typeof SINK_OPTIONS)[Kind]>;
};

/** Everything the sinks of one configuration are opened with. */
export interface SinkOptions extends KindOptions {
  /** Folder, absolute, that relative file URLs start from. */
  readonly cwd: string;
  /** What URLs that were written as a table say of themselves, by their URL. */
  readonly endpoints: ReadonlyMap<string, UrlOptions>;
}
