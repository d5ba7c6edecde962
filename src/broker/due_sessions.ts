// Sessions whose client is away, by the second in which something of them is due: nobody looks at the others.

const SECOND_MS = 1_000;

export class DueSessions<Session> {
  /** By second; a session that is never due is in none. */
  readonly #bySecond = new Map<number, Set<Session>>();
  readonly #secondOf = new Map<Session, number>();
  /** The last second that was taken. */
  #taken: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: number) {
    this.#taken = Math.floor(now / SECOND_MS);
  }

  /** Puts a session where it is due, or where it is due now. @param at milliseconds; Infinity: never */
  set(session: Session, at: number): void {
    this.delete(session);
    if (at === Infinity) return;
    // What is due already comes with the next second.
    const second = Math.max(Math.ceil(at / SECOND_MS), this.#taken + 1);
    let sessions = this.#bySecond.get(second);
    if (sessions === undefined) this.#bySecond.set(second, sessions = new Set());
    sessions.add(session);
    this.#secondOf.set(session, second);
  }

  delete(session: Session): void {
    const second = this.#secondOf.get(session);
    if (second === undefined) return;
    this.#secondOf.delete(session);
    const sessions = this.#bySecond.get(second);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#bySecond.delete(second);
  }

  /** Takes out all that is due, the longest due first. */
  take(now: number): Session[] {
    const due: Session[] = [];
    const until = Math.floor(now / SECOND_MS);
    while (this.#taken < until) {
      const sessions = this.#bySecond.get(++this.#taken);
      if (sessions === undefined) continue;
      this.#bySecond.delete(this.#taken);
      for (const session of sessions) {
        this.#secondOf.delete(session);
        due.push(session);
      }
    }
    return due;
  }
}
