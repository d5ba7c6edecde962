// The options of all kinds of sinks: one line for each kind's table.
import type { OptionsOf } from "../base/option.ts";
import { FILE_OPTIONS } from "./file/options.ts";
import { HTTP_OPTIONS, type HttpEndpoint } from "./http/options.ts";

/** Their keys stand side by side in the hooks file. */
export const SINK_OPTIONS = { file: FILE_OPTIONS, http: HTTP_OPTIONS } as const;

/** The options of each kind, by the name it has in `SINK_OPTIONS`. */
type KindOptions = {
  readonly [Kind in keyof typeof SINK_OPTIONS]: OptionsOf<(typeof SINK_OPTIONS)[Kind]>;
};

/** Everything the sinks of one configuration are opened with. */
export interface SinkOptions extends KindOptions {
  /** Folder, absolute, that relative file URLs start from. */
  readonly cwd: string;
  /** What URLs that were written as a table say of themselves, by their URL. */
  readonly endpoints: ReadonlyMap<string, HttpEndpoint>;
}
