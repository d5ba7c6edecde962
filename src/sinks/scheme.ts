// What a kind of sink brings to the table of sinks: which URLs are its own, and all that is done with them.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { FarEnd } from "./delivery/far_end.ts";
import type { SinkOptions, UrlOptions } from "./options.ts";
import type { Sink } from "./sink.ts";

export interface Scheme {
  /** What its URLs begin with, without the colon. */
  readonly names: readonly string[];
  /** What may be written instead of a URL, each with the URL it stands for. */
  readonly shorthands?: ReadonlyMap<string, string>;
  /** One of its URLs, for messages. */
  readonly example: string;
  /** What is wrong with a URL, as a phrase that shows none of it: `must name a host`; undefined: nothing. */
  problem(url: string): string | undefined;
  /** What is wrong with the options that one of its URLs is given; absent where its URLs have none. */
  urlOptionProblem?(url: string, keys: readonly string[]): UrlOptionProblem | undefined;
  /**
   * One text per place: URLs with the same one share a sink. Throws SinkError when the URL is not usable.
   * @param cwd folder, absolute, that relative URLs start from
   */
  placeOf(url: string, cwd: string): string;
  /** Throws SinkError when no sink can be made with these options. */
  open(url: string, options: SinkOptions, log: Log, clock: Clock): Sink;
  /** A sentence why lines could not be put there now; makes nothing. Throws SinkError where `open` would. */
  probe(url: string, options: SinkOptions): string | undefined;
  /**
   * Where there is a far end: connects to it, sends nothing, and resolves to a sentence when it cannot be
   * reached. Rejects with SinkError when another process has the place.
   */
  reach?(url: string, options: SinkOptions): Promise<string | undefined>;
  /**
   * What `check` shows of a place that can take lines.
   * @param untried why its far end was not tried
   */
  goodNews(url: string, options: SinkOptions, untried: string | undefined): string;
  /** Sentences on what waits where none of `urls` leads any more. */
  leftBy?(urls: Iterable<string>, options: SinkOptions): string[];
  /** Makes the far end of a URL ready to be sent to without a sink, for `redeliver`. Throws SinkError. */
  farEnd?(url: string, own: UrlOptions, clock: Clock): FarEnd & Disposable;
}

export interface UrlOptionProblem {
  /** The option at fault. */
  readonly key: string;
  /** A phrase: `is only for https URLs`. */
  readonly problem: string;
}
