// What an answer stands for outlives the process: whether that can be had now, and of what.
import type { Journal } from "../store/journal.ts";

/** Why something is not acknowledged: what must be stored cannot be, or no line of anything is written. */
export type Unavailable = "StoreUnavailable" | "SinkUnavailable";

/** The sinks without whose lines nothing may be acknowledged. */
export interface RequiredLines {
  /** Why they take none now; `undefined` while they do. */
  readonly trouble: string | undefined;
  /** Lines that they never got. */
  readonly lost: number;
}

export class Durability {
  constructor(public journal: Journal, private readonly lines: RequiredLines) {}

  /** `undefined`: everything may be acknowledged. */
  get trouble(): Unavailable | undefined {
    if (this.lines.trouble !== undefined) return "SinkUnavailable";
    return this.journal.troubled ? "StoreUnavailable" : undefined;
  }

  /** Why an answer may not be given now. @param stored whether it stands for something in the store */
  refusal(stored: boolean): Unavailable | undefined {
    const { trouble } = this;
    return trouble === "StoreUnavailable" && !stored ? undefined : trouble;
  }

  /** Lines that required sinks never got. */
  get lost(): number {
    return this.lines.lost;
  }
}
