// The connections that messages are played on: one for all, or one for each Client Identifier, of bounded
// number.
import type { Failure } from "../base/failure.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { ReplayMessage } from "./message.ts";

/** How often they are looked after, milliseconds. */
const TICK = 1_000;

export class Connections implements AsyncDisposable {
  /** Aborted by the caller's signal, and when a connection fails. */
  readonly signal: AbortSignal;
  readonly #options: ConnectionOptions;
  readonly #most: number;
  /** The one that was used longest ago first. */
  readonly #open = new Map<string, Connection>();
  /** Those in which something gathers. */
  readonly #gathering = new Set<Connection>();
  readonly #failed = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Connections that were made. */
  made = 0;
  /** The first that went wrong; the others end for it. */
  failure: Failure | undefined;

  /** @param most connections at once */
  constructor(options: Omit<ConnectionOptions, "onFailure">, most: number, signal: AbortSignal) {
    this.#options = { ...options, onFailure: (failure) => this.fail(failure) };
    this.#most = most;
    this.signal = AbortSignal.any([signal, this.#failed.signal]);
    this.signal.addEventListener("abort", () => this.#open.forEach((connection) => connection.wake()));
    this.#timer = setInterval(() => this.#open.forEach((connection) => connection.tick()), TICK);
  }

  fail(failure: Failure): void {
    this.failure ??= failure;
    this.#failed.abort();
  }

  /** The connection of `clientId`, made where it is not there. The bound is kept: another one ends for it. */
  of(clientId: string): Connection | Promise<Connection> {
    const connection = this.#open.get(clientId);
    if (connection === undefined) return this.#make(clientId);
    if (this.#open.size > 1) {
      this.#open.delete(clientId);
      this.#open.set(clientId, connection);
    }
    return connection;
  }

  /** Waits until `connection` takes a message, or for {@link signal}. */
  async room(connection: Connection): Promise<void> {
    while (connection.full && !this.signal.aborted) {
      this.flush();
      if (connection.full) await connection.changed();
    }
  }

  /** Only for a connection that is not full. */
  publish(connection: Connection, message: ReplayMessage): void {
    connection.publish(message);
    this.#gathering.add(connection);
  }

  /** Begins to write all that has gathered. */
  flush(): void {
    for (const connection of this.#gathering) connection.flush();
    this.#gathering.clear();
  }

  /** Waits until all is acknowledged, and ends them. @param giveUp aborted: waits no longer */
  async finish(giveUp: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([giveUp, this.#failed.signal]);
    await Promise.all(this.#open.values().map((connection) => connection.finish(signal)));
  }

  /** Ends what is left at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open.values().map((connection) => connection.close()));
  }

  async #make(clientId: string): Promise<Connection> {
    if (this.#open.size >= this.#most) {
      for (const [oldest, connection] of this.#open) {
        await connection.finish(this.signal);
        this.#open.delete(oldest);
        break;
      }
    }
    const connection = new Connection(clientId, await this.#options.dial(), this.#options);
    this.#open.set(clientId, connection);
    this.made++;
    await connection.accepted(this.signal);
    return connection;
  }
}
