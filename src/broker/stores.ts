// What outlives a connection, behind interfaces that a store on disk can implement later; and sessions in memory.
import type { Message } from "./message.ts";
import type { BrokerOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** All sessions, present and absent, by Client Identifier. */
export interface SessionStore {
  readonly size: number;
  get(clientId: string): Session | undefined;
  set(session: Session): void;
  delete(session: Session): void;
  values(): Iterable<Session>;
}

/** Retained Messages, by topic. */
export interface RetainedStore {
  readonly size: number;
  /** May be replaced; what is retained already stays. */
  limits: BrokerOptions;
  /**
   * Replaces the topic's message; one with an empty payload removes it.
   * False where a limit forbids keeping it: then the topic has none, for the one before is no longer true.
   */
  set(message: Message): boolean;
  /**
   * Those whose topic matches a filter and that have not expired, one by one as they are asked for: the store may
   * change meanwhile, and what it is given after this call is not among them, for the subscription had it already.
   * `undefined` is a breath: so much was looked at that others should have their turn.
   * @param now the turn's `elapsed` clock
   */
  match(filter: string, now: () => number): Iterator<Message | undefined, void>;
}

export class MemorySessionStore implements SessionStore {
  readonly #sessions = new Map<string, Session>();

  get size(): number {
    return this.#sessions.size;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  set(session: Session): void {
    this.#sessions.set(session.clientId, session);
  }

  delete(session: Session): void {
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }
}
