// Who is connected, and all sessions: opening, taking over, ending, and what is due of absent clients.
import type { ClientIdentity } from "../hooks/client_identity.ts";
import { writeDisconnect } from "../mqtt/encode.ts";
import { Reason, type ReasonCode } from "../mqtt/reason_codes.ts";
import type { Client, ClientConnection } from "./client.ts";
import type { BrokerContext } from "./context.ts";
import { DueSessions } from "./due_sessions.ts";
import { LISTENER_DEFAULTS, type ListenerOptions } from "./options.ts";
import { dropMessage, publish } from "./publish.ts";
import { reauthorise } from "./reauthorise.ts";
import { identityOf } from "./restored.ts";
import type { Journal } from "../store/journal.ts";
import { Session } from "./session.ts";
import { type PendingWill, willMessage } from "./wills.ts";

/** Messages that are dropped within one turn because they have expired. */
const EXPIRED_AT_ONCE = 1_000;

export class Clients {
  readonly #context: BrokerContext;
  /** All Network Connections, those without a client included. */
  readonly #connections = new Set<ClientConnection>();
  readonly #bySession = new Map<Session, Client>();
  /** Of clients that are here and of those that are away, by Client Identifier. */
  readonly #sessions = new Map<string, Session>();
  /** Those that are stored, by their row. */
  readonly #byRow = new Map<number, Session>();
  readonly #due: DueSessions<Session>;
  /** Whether all was well when that was last looked at, and how many lines were lost by then. */
  #durable = true;
  #lost = 0;

  /** Takes over what the store has. */
  constructor(context: BrokerContext) {
    this.#context = context;
    this.#due = new DueSessions(context.turn.monotonic);
    this.adopt(context.journal);
  }

  /** Takes over what the store has. A session that was begun without it replaces the one that it has. */
  adopt(journal: Journal): void {
    const replaced: Session[] = [];
    for (const found of journal.sessions()) {
      const limits = { ...LISTENER_DEFAULTS, ...found.queueLimits };
      const { expiryInterval, createdAt } = found;
      const identity = identityOf(found.identity);
      const session = new Session(this.#context, identity, limits, expiryInterval, createdAt, found);
      if (this.#sessions.has(session.clientId)) {
        replaced.push(session);
        continue;
      }
      this.#add(session);
      this.#due.set(session, session.dueAt);
    }
    for (const session of replaced) {
      const newer = this.#sessions.get(session.clientId);
      this.#endSession(session, "Kicked");
      if (newer !== undefined) this.#add(newer);
    }
  }

  /** Clients connected now. */
  get size(): number {
    return this.#bySession.size;
  }

  /** Of clients that are here and of those that are away. */
  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  /** The client of a session; undefined while it is away. */
  clientOf(session: Session): Client | undefined {
    return this.#bySession.get(session);
  }

  /** The operator ends a client and its session, as RMQTT's API does. False where there is none. */
  kick(clientId: string): boolean {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return false;
    const client = this.#bySession.get(session);
    if (client !== undefined) this.#end(client.connection, Reason.AdministrativeAction, "ByAdminKick");
    // A session that ends with its connection is gone by now.
    if (this.#sessions.get(clientId) === session) this.#endSession(session, "ByAdminKick");
    return true;
  }

  /** Network Connections, those without a client included. */
  get connections(): ReadonlySet<ClientConnection> {
    return this.#connections;
  }

  /** Of a client that is here or away. */
  sessionOf(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  isConnected(clientId: string): boolean {
    return this.#sessions.get(clientId)?.present ?? false;
  }

  /** Whether `mqtt.max_connections` leaves room for one client more. */
  get hasRoom(): boolean {
    const { maxConnections } = this.#context.options;
    return maxConnections === 0 || this.size < maxConnections;
  }

  /** Whether `mqtt.max_sessions` leaves room for a session of this client. */
  hasRoomFor(clientId: string): boolean {
    const { maxSessions } = this.#context.options;
    return maxSessions === 0 || this.#sessions.size < maxSessions || this.#sessions.has(clientId);
  }

  /** A Network Connection was accepted. */
  add(connection: ClientConnection): void {
    connection.listener.handshakes.begin(connection.peer);
    connection.listener.traffic.connections++;
    this.#connections.add(connection);
  }

  /** Ends the connection a client already has. [MQTT-3.1.4-3] */
  takeOver(clientId: string): void {
    const session = this.#sessions.get(clientId);
    const old = session && this.#bySession.get(session);
    if (old !== undefined) this.#end(old.connection, Reason.SessionTakenOver, "Kicked");
  }

  /** The session a CONNECT asks for: the one there is, or a new one. Nobody is connected with it. */
  openSession(
    identity: ClientIdentity,
    clean: boolean,
    expiryInterval: number,
    limits: ListenerOptions,
  ): { session: Session; present: boolean } {
    const existing = this.#sessions.get(identity.clientId);
    if (existing !== undefined && !clean) {
      this.#publishWill(existing, false); // due since the last second
      existing.outliveConnection(expiryInterval);
      return { session: existing, present: true };
    }
    if (existing !== undefined) this.#endSession(existing, "Kicked");
    const session = new Session(this.#context, identity, limits, expiryInterval, this.#context.turn.now);
    this.#add(session);
    this.#context.hooks.session_created?.({ identity, createdAt: session.createdAt });
    return { session, present: false };
  }

  /** A CONNECT was accepted. */
  opened(client: Client): void {
    const { listener, options, peer } = client.connection;
    listener.handshakes.end(peer);
    listener.clients++;
    listener.traffic.clients++;
    const { counters } = this.#context;
    counters.connected++;
    this.#bySession.set(client.session, client);
    counters.mostClients = Math.max(counters.mostClients, this.size);
    this.#due.delete(client.session);
    client.session.attach(client.connection, client.identity, options, client.will);
    client.session.belongTo(client.principal);
  }

  /** The client of this connection is gone, if there was one; its last output may be under way. */
  ended(connection: ClientConnection, reason: string): void {
    const { client, listener } = connection;
    if (client === undefined) return listener.handshakes.end(connection.peer);
    connection.client = undefined;
    listener.clients--;
    const { session, identity, will } = client;
    const { hooks, turn } = this.#context;
    this.#bySession.delete(session);
    session.detach(will);
    if (session.visit !== undefined) session.visit.end = { at: turn.now, reason };
    hooks.client_disconnected?.({ identity, disconnectedAt: turn.now, reason });
    this.#publishWill(session, false);
    if (session.endsWithConnection) this.#endSession(session, reason);
    else this.#due.set(session, session.dueAt);
  }

  /**
   * Access changed: who may stay stays, with the subscriptions that it may have. Within a turn.
   * @returns how many clients were sent away
   */
  reauthorise(): number {
    const before = this.size;
    for (const session of this.#sessions.values()) {
      const mayStay = session.principal?.mayStay?.() ?? true;
      const client = this.#bySession.get(session);
      if (!mayStay && client !== undefined) {
        this.#end(client.connection, Reason.NotAuthorized, "NotAuthorized");
      }
      reauthorise(this.#context, session, mayStay);
    }
    return before - this.size;
  }

  /** Nothing of the connection is left. */
  closed(connection: ClientConnection): void {
    this.#connections.delete(connection);
  }

  /**
   * Ends all connections, and the sessions that are not stored; their last bytes are then still to be
   * written.
   */
  endAll(): void {
    for (const connection of this.#connections) {
      this.#end(connection, Reason.ServerShuttingDown, "ServerShuttingDown");
    }
    // With the process they are gone, and what waits in them is told as lost.
    for (const session of [...this.#sessions.values()]) {
      if (!session.outlivesProcess) this.#endSession(session, "ServerShuttingDown");
    }
  }

  /** Called each second, within a turn: time limits, retries, what is due of absent clients. */
  tick(): void {
    const now = this.#context.turn.monotonic;
    const { trouble, lost } = this.#context.durability;
    for (const connection of this.#connections) {
      connection.tick(now, trouble, lost > this.#lost);
      const { rate, principal: { expiresAt = Infinity } = {} } = connection.client ?? {};
      if (expiresAt <= this.#context.turn.now) {
        this.#end(connection, Reason.MaximumConnectTime, "LoginExpired");
        continue;
      }
      if (rate?.mayGoOn(now)) connection.release();
      const retryAfter = connection.options.messageRetryInterval;
      if (retryAfter > 0) connection.client?.session.deliveries.retry(now - retryAfter);
    }
    for (const session of this.#due.take(now)) {
      if (session.hasExpired(now)) this.#endSession(session, "SessionExpiration");
      else {
        this.#publishWill(session, false);
        this.#due.set(session, session.dueAt);
      }
    }
    this.#lost = lost;
    this.#goOn(trouble === undefined);
    this.#dropExpired();
    this.#context.refusals.tell(now);
    this.#context.throttled.tell(now);
    this.#context.total.tell(now);
    this.#context.stored.tell(now);
  }

  #end(connection: ClientConnection, reasonCode: ReasonCode, reason: string): void {
    if (connection.state === "open" && connection.protocolVersion === 5) {
      writeDisconnect(connection.out, reasonCode);
    }
    connection.close(reason);
  }

  #endSession(session: Session, reason: string): void {
    this.#publishWill(session, true); // [MQTT-3.1.2-8]
    this.#due.delete(session);
    session.end(reason);
    this.#sessions.delete(session.clientId);
    this.#byRow.delete(session.row);
    this.#context.hooks.session_terminated?.({ identity: session.identity, reason });
  }

  #add(session: Session): void {
    this.#sessions.set(session.clientId, session);
    if (session.row !== 0) this.#byRow.set(session.row, session);
  }

  /** What waits on the disk could not be sent while the store was in trouble. */
  #goOn(durable: boolean): void {
    if (durable && !this.#durable) {
      for (const session of this.#bySession.keys()) {
        session.deliveries.pump();
      }
    }
    this.#durable = durable;
  }

  /** What the store knows to have expired, some at a time, so that nobody waits for it. */
  #dropExpired(): void {
    const { journal, retained } = this.#context;
    for (const found of journal.expired(EXPIRED_AT_ONCE)) {
      this.#byRow.get(found.session)?.deliveries.dropExpired(found);
    }
    for (const topic of journal.expiredRetained(EXPIRED_AT_ONCE)) retained.dropExpired(topic);
  }

  /** @param early also before its delay has passed */
  #publishWill(session: Session, early: boolean): void {
    const { topics, turn } = this.#context;
    const pending = session.takeWill(turn.monotonic, early);
    if (pending === undefined) return;
    const message = willMessage(pending, topics, turn);
    if (mayStillPublish(session, pending)) publish(this.#context, message, undefined);
    else dropMessage(this.#context, message, "NotAuthorized");
  }
}

/** A Will was allowed at the CONNECT; a reload may have changed that. */
function mayStillPublish({ principal }: Session, { will: { topic, qos, retain } }: PendingWill): boolean {
  if (principal === undefined) return true;
  return (principal.mayStay?.() ?? true) && principal.mayPublish(topic, qos, retain) !== false;
}
