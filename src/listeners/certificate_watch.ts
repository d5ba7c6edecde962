// Looks after the certificates of open listeners: reads files again that changed, and tells of those that
// expire.
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";
import type { Certificates, Expiry } from "./certificates.ts";

/** How often the files are looked at, milliseconds. */
const LOOK = 60_000;
const DAY = 86_400_000;
/** Days before its end from which on each is told of, each day: lists are made again and again. */
const SOON = { certificate: 30, "revocation list": 2 } as const;

/** What is looked after: a listener's name, and its certificates where it has some. */
export interface Watched {
  readonly config: { readonly name: string };
  readonly listener: { readonly certificates?: Certificates };
}

export class CertificateWatch implements Disposable {
  readonly #watched: () => readonly Watched[];
  readonly #clock: Clock;
  readonly #log: Log;
  /** What was told, and when, on the clock that never goes back. */
  readonly #told = new Map<string, number>();
  #stopTimer: () => void;

  /** Begins at once. @param watched asked anew each time */
  constructor(watched: () => readonly Watched[], clock: Clock, log: Log) {
    this.#watched = watched;
    this.#clock = clock;
    this.#log = log;
    this.#tellExpiries();
    this.#stopTimer = this.#schedule();
  }

  [Symbol.dispose](): void {
    this.#stopTimer();
  }

  #schedule(): () => void {
    return this.#clock.setTimer(LOOK, () => {
      this.#stopTimer = this.#schedule();
      for (const watched of this.#watched()) this.#refresh(watched);
      this.#tellExpiries();
    });
  }

  #refresh({ config: { name: listener }, listener: { certificates } }: Watched): void {
    try {
      if (certificates?.refresh()) {
        this.#log("info", "certificates changed and are used from here on", { listener });
      }
    } catch (error) {
      this.#log("error", `certificates changed, and stay as they were: ${errorText(error)}`, { listener });
    }
  }

  #tellExpiries(): void {
    const now = this.#clock.monotonic();
    for (const [sentence, at] of this.#told) if (now - at >= DAY) this.#told.delete(sentence);
    for (const { config: { name: listener }, listener: { certificates } } of this.#watched()) {
      for (const expiry of certificates?.loaded.expiries ?? []) {
        const news = expiryNews(expiry, this.#clock.now());
        if (news === undefined || this.#told.has(`${listener} ${expiry.file} ${expiry.at}`)) continue;
        this.#told.set(`${listener} ${expiry.file} ${expiry.at}`, now);
        this.#log(news.level, news.sentence, { listener });
      }
    }
  }
}

/**
 * What an operator must know of a certificate that expires soon, or has.
 * @param now Unix milliseconds
 */
export function expiryNews(
  { file, kind, subject, at }: Expiry,
  now: number,
): { readonly level: "warn" | "error"; readonly sentence: string } | undefined {
  const days = Math.floor((at - now) / DAY);
  if (!(days < SOON[kind])) return undefined;
  const level = days < 0 ? "error" : "warn";
  const day = new Date(at).toISOString().slice(0, 10);
  const when = days < 0
    ? `expired on ${day}`
    : `expires on ${day}, in ${days === 1 ? "1 day" : `${days} days`}`;
  return { level, sentence: `the ${kind} ${subject} in ${file} ${when}` };
}
