// What outlives a connection, behind interfaces that a store on disk can implement later; here, in memory.
import { topicMatches } from "../mqtt/topics.ts";
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
  /**
   * Replaces the topic's message; one with an empty payload removes it.
   * False where a limit forbids keeping it: then the topic has none, for the one before is no longer true.
   */
  set(message: Message): boolean;
  /** Those whose topic matches a filter and that have not expired at `now` (the turn's `elapsed` clock). */
  match(filter: string, now: number): Message[];
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

export class MemoryRetainedStore implements RetainedStore {
  readonly #messages = new Map<string, Message>();
  readonly #limits: BrokerOptions;
  #bytes = 0;

  constructor(limits: BrokerOptions) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#messages.size;
  }

  set(message: Message): boolean {
    const before = this.#messages.get(message.topic);
    if (message.payload.length === 0) {
      if (before !== undefined) this.#remove(before); // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
      return true;
    }
    const count = this.#messages.size + (before === undefined ? 1 : 0);
    const bytes = this.#bytes - (before?.size ?? 0) + message.size;
    if (count > this.#limits.maxRetainedMessages || bytes > this.#limits.maxRetainedBytes) {
      if (before !== undefined) this.#remove(before);
      return false;
    }
    message.keepLong();
    this.#messages.set(message.topic, message);
    this.#bytes = bytes;
    return true;
  }

  match(filter: string, now: number): Message[] {
    const found: Message[] = [];
    const consider = (message: Message | undefined): void => {
      if (message === undefined) return;
      if (message.expiresAt > now) found.push(message);
      else this.#remove(message);
    };
    if (!filter.includes("+") && !filter.includes("#")) consider(this.#messages.get(filter));
    else for (const m of this.#messages.values()) if (topicMatches(filter, m.topic)) consider(m);
    return found;
  }

  #remove(message: Message): void {
    this.#messages.delete(message.topic);
    this.#bytes -= message.size;
  }
}
