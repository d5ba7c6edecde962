// The broker: what a listener hands connections to, and what starts, changes and stops everything behind it.
import type { Log } from "../base/log.ts";
import { nothingToPrepare, type Prepared, type Reloadable } from "../base/prepared.ts";
import type { Transport } from "../listeners/transport.ts";
import { errorStack } from "../base/error_text.ts";
import type { Frame } from "../mqtt/framing.ts";
import { MqttError } from "../mqtt/error.ts";
import { SpareArrays } from "../mqtt/output_buffer.ts";
import { PacketType } from "../mqtt/packets.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import { afterTaking, isOverdrawn } from "./bucket.ts";
import type { Client, ClientConnection } from "./client.ts";
import { Clients } from "./clients.ts";
import { Connection } from "./connection.ts";
import type { ConnectionEvents } from "./connection_events.ts";
import { type BrokerContext, type BrokerParts, createContext } from "./context.ts";
import type { Counters } from "./counters.ts";
import { handlePacket } from "./handlers/packets.ts";
import type { ListenerState } from "./listener_state.ts";
import type { Journal } from "../store/journal.ts";
import type { BrokerOptions } from "./options.ts";
import { type BrokerSnapshot, BrokerView } from "./view.ts";

/** How often time limits are looked at, milliseconds: the precision of keep alive and expiry. */
const TICK = 1_000;

export class Broker implements ConnectionEvents<ClientConnection>, Reloadable<BrokerOptions> {
  /** For the operator. */
  readonly view: BrokerView;
  readonly #context: BrokerContext;
  readonly #clients: Clients;
  readonly #spare = new SpareArrays();
  /** Of the bucket of `mqtt.max_connects_per_second`. */
  #connectsFullAt = -Infinity;
  #stopTick: () => void;
  #whenEmpty: (() => void) | undefined = undefined;

  constructor(parts: BrokerParts) {
    this.#context = createContext(parts);
    this.#clients = new Clients(this.#context);
    this.view = new BrokerView(this.#context, this.#clients);
    this.#stopTick = this.#scheduleTick();
  }

  get options(): BrokerOptions {
    return this.#context.options;
  }

  get counters(): Counters {
    return this.#context.counters;
  }

  /** What it holds now. */
  snapshot(): BrokerSnapshot {
    return this.view.snapshot();
  }

  /** Takes over a connection that a listener accepted. */
  accept(transport: Transport, listener: ListenerState): void {
    const { turn, refusals } = this.#context;
    turn.enter();
    const refusal = listener.refusal(transport.peer, turn.monotonic) ?? this.#refusal(turn.monotonic);
    if (refusal !== undefined) {
      refusals.count(refusal, transport.peer);
      transport.close();
      return;
    }
    const connection = new Connection<Client>(transport, listener, turn, this, this.#spare);
    this.#clients.add(connection);
    connection.read();
  }

  onPacket(connection: ClientConnection, frame: Frame, bytes: Uint8Array): void {
    const { journal, durability } = this.#context;
    const before = journal.changes;
    try {
      handlePacket(this.#context, this.#clients, connection, frame, bytes);
      if (isAnswered(frame) && durability.refusal(journal.changes !== before)) connection.withhold();
    } catch (error) {
      if (error instanceof MqttError) throw error;
      // A defect of ours: this client pays, nobody else does, and the log has it.
      tellDefect(this.#context.log, connection, error);
      throw new MqttError(Reason.UnspecifiedError, "internal error");
    }
  }

  onDrained({ client }: ClientConnection): void {
    const deliveries = client?.session.deliveries;
    if (deliveries === undefined || !deliveries.waiting) return;
    this.#context.turn.enter();
    deliveries.pump();
  }

  onRefused({ peer }: ClientConnection, reason: string): void {
    this.#context.refusals.count(reason, peer);
  }

  onEnded(connection: ClientConnection, reason: string): void {
    this.#clients.ended(connection, reason);
  }

  onClosed(connection: ClientConnection): void {
    this.#clients.closed(connection);
    if (this.#clients.connections.size === 0) this.#whenEmpty?.();
  }

  /** Clients may do other things from here on: ends what they may not have any more. */
  reauthorise(): void {
    this.#context.turn.enter();
    const gone = this.#clients.reauthorise();
    if (gone > 0) this.#context.log("info", "clients that may not be here any more were sent away", { gone });
  }

  /** The store can be opened after all: takes over what it has, beside what came meanwhile. */
  adopt(journal: Journal): void {
    const { turn, durability, stored, retained } = this.#context;
    turn.enter();
    this.#context.journal = durability.journal = journal;
    stored.limit = journal.maxBytes;
    retained.adopt(journal);
    this.#clients.adopt(journal);
  }

  /** Other limits; `nodeId` stays, for it is in the lines of sessions that go on. */
  prepare(options: BrokerOptions): Prepared {
    const { nodeId } = this.#context.options;
    return nothingToPrepare(() => {
      this.#context.options = this.#context.retained.limits = { ...options, nodeId };
      this.#context.total.limit = options.maxQueuedBytesTotal;
    }, options.nodeId === nodeId ? [] : [`node.id stays ${nodeId} until a restart`]);
  }

  /**
   * Ends all clients, and the sessions that are not stored, and waits until their last bytes are written.
   * Listeners must be closed before.
   * @param timeout milliseconds for peers that do not read
   */
  async stop(timeout: number): Promise<void> {
    const { turn, clock } = this.#context;
    const { connections } = this.#clients;
    turn.enter();
    this.#clients.endAll();
    if (connections.size > 0) {
      const empty = Promise.withResolvers<void>();
      this.#whenEmpty = empty.resolve;
      const stopTimer = clock.setTimer(timeout, empty.resolve);
      await empty.promise;
      stopTimer();
      turn.enter();
      for (const connection of [...connections]) connection.abort();
    }
    this.#stopTick();
  }

  /** Why no connection is taken now, wherever it comes from, or `undefined`. */
  #refusal(now: number): string | undefined {
    const { maxConnectsPerSecond } = this.#context.options;
    if (maxConnectsPerSecond === 0) return undefined;
    const fullAt = afterTaking(1, this.#connectsFullAt, maxConnectsPerSecond, now);
    if (isOverdrawn(fullAt, now)) return "TooManyConnects";
    this.#connectsFullAt = fullAt;
    return undefined;
  }

  #scheduleTick(): () => void {
    return this.#context.clock.setTimer(TICK, () => {
      this.#stopTick = this.#scheduleTick();
      this.#context.turn.enter();
      this.#context.journal.tick();
      this.#clients.tick();
    });
  }
}

/** Whether the answer to it stands for what it changed. Those that could be refused are not among them. */
function isAnswered({ header }: Frame): boolean {
  const type = header >> 4;
  return type === PacketType.PUBREC || type === PacketType.PUBREL || type === PacketType.UNSUBSCRIBE;
}

function tellDefect(log: Log, { peer }: ClientConnection, error: unknown): void {
  log("error", "a packet could not be handled", { peer, error: errorStack(error) });
}
