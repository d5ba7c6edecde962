// What a URL scheme brings to the table of sinks: how its URLs name a place, and how that place is opened.
import type { Clock } from "./clock.ts";
import type { FileOptions } from "./file/options.ts";
import type { HttpEndpoint, HttpOptions } from "./http/options.ts";
import type { ReportSink, Sink } from "./sink.ts";

/** Everything the sinks of one configuration are opened with. */
export interface SinkOptions {
  /** Folder, absolute, that relative file URLs start from. */
  readonly cwd: string;
  readonly file: FileOptions;
  readonly http: HttpOptions;
  /** URLs that were written as a table, by their URL. */
  readonly endpoints: ReadonlyMap<string, HttpEndpoint>;
}

/** Other settings for an open sink, ready to be taken; one of the two methods is called, once. */
export interface Reconfiguration {
  /** The sink has them from here on, and loses no line over it. */
  apply(): void;
  /** Closes what was made ready for nothing. */
  abandon(): void;
  /** Keys, as the configuration writes them, whose new values only a restart can give. */
  readonly afterRestart: readonly string[];
}

export interface Scheme {
  /** One text per place: URLs with the same one share a sink. Throws SinkError when the URL is not usable. */
  placeOf(url: string, options: SinkOptions): string;
  /** Throws SinkError when no sink can be made with these options. */
  open(url: string, options: SinkOptions, report: ReportSink, clock: Clock): Sink;
  /**
   * Makes other settings ready for an open sink of `open`; undefined where it has just these. Throws SinkError when
   * they cannot be used.
   */
  reconfigure(sink: Sink, url: string, options: SinkOptions): Reconfiguration | undefined;
  /**
   * Says in a sentence why lines could not be put there now; leaves nothing behind. Throws SinkError where `open` would.
   */
  probe(url: string, options: SinkOptions): string | undefined;
  /**
   * Where there is a far end: connects to it, sends nothing, and resolves to a sentence when it cannot be reached.
   * Rejects with SinkError when another process has the place.
   */
  reach?(url: string, options: SinkOptions): Promise<string | undefined>;
}
