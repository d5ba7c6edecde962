// The broker: owns connections and sessions, and is what packet handlers act on. Knows no sockets and no files.
import type { Access } from "../access/access.ts";
import type { Hooks } from "../hooks/bus.ts";
import type { Subject } from "../hooks/subject.ts";
import type { Transport } from "../listeners/transport.ts";
import { writeDisconnect } from "../mqtt/encode.ts";
import { Reason, type ReasonCode } from "../mqtt/reason_codes.ts";
import { TopicCache } from "../mqtt/topic_cache.ts";
import { Arena } from "./arena.ts";
import { ConnectRate } from "./connect_rate.ts";
import { Connection } from "./connection.ts";
import { Counters } from "./counters.ts";
import { Handshakes } from "./handshakes.ts";
import type { Message } from "./message.ts";
import type { BrokerOptions, ListenerOptions } from "./options.ts";
import { QueueTotal } from "./queue_total.ts";
import { Refusals } from "./refusals.ts";
import { type Route, Router } from "./router.ts";
import { Session } from "./session.ts";
import type { SessionContext } from "./session_context.ts";
import { RetainedTree } from "./retained_tree.ts";
import { MemorySessionStore, type RetainedStore, type SessionStore } from "./stores.ts";
import type { Clock, Turn } from "./turn.ts";
import { willMessage } from "./wills.ts";

/** How often time limits are looked at, milliseconds: the precision of keep alive and expiry. */
const TICK = 1_000;

export type Log = (
  level: "error" | "warn" | "info" | "debug",
  text: string,
  fields?: Record<string, string | number | boolean>,
) => void;

export interface BrokerParts {
  readonly options: BrokerOptions;
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly access: Access;
  readonly log: Log;
}

/** How many of what one listener has. */
interface Occupancy {
  readonly rate: ConnectRate;
  readonly handshakes: Handshakes;
  clients: number;
}

export class Broker implements SessionContext {
  options: BrokerOptions;
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly access: Access;
  readonly log: Log;
  readonly arena = new Arena();
  readonly counters = new Counters();
  readonly refusals: Refusals;
  readonly total: QueueTotal;
  readonly topics = new TopicCache<Route>(undefined, undefined, (length) => this.arena.roomLong(length));
  readonly router = new Router();
  readonly retained: RetainedStore;

  readonly clock: Clock;
  /** Set while a packet of its is handled, so that sessions know whom to hold. */
  publisher: Connection | undefined = undefined;

  readonly #sessions: SessionStore = new MemorySessionStore();
  /** Sessions whose client is away: those the tick looks after. */
  readonly #absent = new Set<Session>();
  readonly #connections = new Set<Connection>();
  readonly #bySession = new Map<Session, Connection>();
  /** Weak, for a listener's options are replaced when the configuration is reloaded. */
  readonly #occupancy = new WeakMap<ListenerOptions, Occupancy>();
  #stopTick: () => void;
  #whenEmpty: (() => void) | undefined = undefined;

  constructor(parts: BrokerParts) {
    this.options = parts.options;
    this.hooks = parts.hooks;
    this.turn = parts.turn;
    this.access = parts.access;
    this.log = parts.log;
    this.total = new QueueTotal(parts.options.maxQueuedBytesTotal, parts.log);
    this.refusals = new Refusals(this.counters, parts.log);
    this.retained = new RetainedTree(parts.options, this.arena);
    this.clock = parts.clock;
    this.#stopTick = this.#scheduleTick();
  }

  /** Clients connected now. */
  get clients(): number {
    return this.#bySession.size;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Takes over a connection that a listener with these options accepted. */
  accept(transport: Transport, options: ListenerOptions): void {
    this.turn.enter();
    const occupancy = this.#occupancyOf(options);
    const { peer } = transport;
    let refusal: string | undefined = occupancy.handshakes.refusal(peer, options);
    if (
      refusal === undefined && !occupancy.rate.take(peer, options.maxConnectsPerSecond, this.turn.elapsed)
    ) refusal = "TooManyConnects";
    if (refusal !== undefined) {
      this.refusals.count(refusal, peer);
      transport.close();
      return;
    }
    occupancy.handshakes.begin(peer);
    const connection = new Connection(this, transport, options);
    this.#connections.add(connection);
    void connection.run();
  }

  /** Takes other limits from here on; `nodeId` stays, for it is in the lines of sessions that go on. */
  reconfigure(options: BrokerOptions): void {
    this.options = { ...options, nodeId: this.options.nodeId };
    this.retained.limits = this.options;
    this.total.limit = options.maxQueuedBytesTotal;
  }

  /** A listener has other options from here on: what its connections occupy counts on. */
  replaceListenerOptions(before: ListenerOptions, after: ListenerOptions): void {
    this.#occupancy.set(after, this.#occupancyOf(before));
  }

  clientCount(options: ListenerOptions): number {
    return this.#occupancyOf(options).clients;
  }

  /** Whether `mqtt.max_sessions` leaves no room for a session of this client. */
  lacksRoomFor(clientId: string): boolean {
    const { maxSessions } = this.options;
    return maxSessions > 0 && this.#sessions.size >= maxSessions &&
      this.#sessions.get(clientId) === undefined;
  }

  isConnected(clientId: string): boolean {
    return this.#sessions.get(clientId)?.present ?? false;
  }

  /** A message enters: told to the hooks, retained, routed. Returns to how many sessions it goes. */
  publish(message: Message): number {
    this.counters.received++;
    this.hooks.message_publish?.(message);
    if (message.retain && !this.retained.set(message)) this.counters.countDropped("RetainedLimit");
    return this.router.route(message);
  }

  /** A message that nobody gets. */
  dropPublish(message: Message, reason: string): void {
    this.counters.countDropped(reason);
    const { dup, retain, qos, packetId } = message;
    this.hooks.message_dropped?.({ message, dup, retain, qos, packetId, reason });
  }

  /** Ends the connection a client already has. [MQTT-3.1.4-3] */
  takeOver(clientId: string): void {
    const session = this.#sessions.get(clientId);
    const old = session && this.#bySession.get(session);
    if (old !== undefined) this.#end(old, Reason.SessionTakenOver, "Kicked");
  }

  /** The session a CONNECT asks for: the one there is, or a new one. Nobody is connected with this client ID. */
  openSession(
    subject: Subject,
    clean: boolean,
    expiryInterval: number,
    limits: ListenerOptions,
  ): { session: Session; present: boolean } {
    const existing = this.#sessions.get(subject.clientId);
    if (existing !== undefined && !clean) {
      this.#absent.delete(existing);
      existing.pendingWill = undefined; // [MQTT-3.1.3-9]
      existing.expiryInterval = expiryInterval;
      return { session: existing, present: true };
    }
    if (existing !== undefined) this.#endSession(existing, "Kicked");
    const session = new Session(this, subject, limits, expiryInterval, this.turn.now);
    this.#sessions.set(session);
    this.hooks.session_created?.({ client: subject, createdAt: session.createdAt });
    return { session, present: false };
  }

  /** Connection's own: its CONNECT was accepted. */
  connectionOpened(connection: Connection): void {
    const { client, options } = connection;
    if (client === undefined) return;
    const occupancy = this.#occupancyOf(options);
    occupancy.handshakes.end(connection.peer);
    occupancy.clients++;
    this.counters.connected++;
    this.#bySession.set(client.session, connection);
  }

  /** Connection's own: the client is gone, or never was one. Its last output may still be under way. */
  connectionEnded(connection: Connection, reason: string): void {
    const { client, options } = connection;
    const occupancy = this.#occupancyOf(options);
    if (client === undefined) {
      occupancy.handshakes.end(connection.peer);
      return;
    }
    connection.client = undefined;
    occupancy.clients--;
    const { session, subject, will } = client;
    this.#bySession.delete(session);
    session.detach();
    const now = this.turn.elapsed;
    this.hooks.client_disconnected?.({ client: subject, disconnectedAt: this.turn.now, reason });
    if (will !== undefined) {
      const dueAt = now + will.delayInterval * 1000;
      session.pendingWill = { will, from: subject, dueAt };
      if (will.delayInterval === 0) this.#publishWill(session);
    }
    if (session.expiryInterval === 0) this.#endSession(session, reason);
    else {
      session.expiresAt = now + session.expiryInterval;
      this.#absent.add(session);
    }
  }

  /** Connection's own: nothing of it is left. */
  connectionClosed(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }

  /**
   * Ends all clients and sessions and waits until their last bytes are written. Listeners must be closed before.
   * @param timeout milliseconds for peers that do not read
   */
  async stop(timeout: number): Promise<void> {
    this.turn.enter();
    for (const connection of this.#connections) {
      this.#end(connection, Reason.ServerShuttingDown, "ServerShuttingDown");
    }
    // Sessions live in memory: with the process they are gone, and what waits in them is told as lost.
    for (const session of [...this.#sessions.values()]) this.#endSession(session, "ServerShuttingDown");
    if (this.#connections.size > 0) {
      const empty = Promise.withResolvers<void>();
      this.#whenEmpty = empty.resolve;
      const stopTimer = this.clock.setTimer(timeout, empty.resolve);
      await empty.promise;
      stopTimer();
      this.turn.enter();
      for (const connection of [...this.#connections]) connection.abort();
    }
    this.#stopTick();
  }

  #end(connection: Connection, reasonCode: ReasonCode, reason: string): void {
    if (connection.state === "open" && connection.protocolVersion === 5) {
      writeDisconnect(connection.out, reasonCode);
    }
    connection.close(reason);
  }

  #endSession(session: Session, reason: string): void {
    if (session.pendingWill !== undefined) this.#publishWill(session); // [MQTT-3.1.2-8]
    this.#absent.delete(session);
    for (const topicFilter of [...session.subscriptions.keys()]) {
      this.router.unsubscribe(session, topicFilter);
    }
    session.discard(reason);
    this.#sessions.delete(session);
    this.hooks.session_terminated?.({ client: session.client, reason });
  }

  #publishWill(session: Session): void {
    const pending = session.pendingWill;
    if (pending === undefined) return;
    session.pendingWill = undefined;
    this.publish(willMessage(pending.will, pending.from, this.topics, this.turn));
  }

  #occupancyOf(options: ListenerOptions): Occupancy {
    let occupancy = this.#occupancy.get(options);
    if (occupancy === undefined) {
      occupancy = { rate: new ConnectRate(), handshakes: new Handshakes(), clients: 0 };
      this.#occupancy.set(options, occupancy);
    }
    return occupancy;
  }

  #scheduleTick(): () => void {
    return this.clock.setTimer(TICK, () => {
      this.#stopTick = this.#scheduleTick();
      this.#tick();
    });
  }

  #tick(): void {
    this.turn.enter();
    const now = this.turn.elapsed;
    for (const connection of this.#connections) {
      connection.tick(now);
      const retryAfter = connection.options.messageRetryInterval;
      if (retryAfter > 0) connection.client?.session.retry(now - retryAfter);
    }
    for (const session of this.#absent) {
      if (session.expiresAt <= now) this.#endSession(session, "SessionExpiration");
      else if (session.pendingWill !== undefined && session.pendingWill.dueAt <= now) {
        this.#publishWill(session);
      }
    }
    this.refusals.tell(now);
    this.total.tell(now);
  }
}
