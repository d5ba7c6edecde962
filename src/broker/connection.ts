// One Network Connection: bytes in, whole packets to whoever handles them, bytes out at the end of the turn.
import { type Transport, TransportError } from "../listeners/transport.ts";
import { malformed, MqttError } from "../mqtt/error.ts";
import { writeAcknowledgement, writeConnackRefused, writeDisconnect, writePublish } from "../mqtt/encode.ts";
import type { OutgoingPublish } from "../mqtt/encode.ts";
import { Frame, readFrame } from "../mqtt/framing.ts";
import { InputBuffer } from "../mqtt/input_buffer.ts";
import { OutputBuffer, type SpareArrays } from "../mqtt/output_buffer.ts";
import { PacketType, type ProtocolVersion } from "../mqtt/packets.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Accepted } from "./accepted.ts";
import type { ConnectionEvents, ConnectionState } from "./connection_events.ts";
import type { Unavailable } from "./durability.ts";
import type { ListenerState } from "./listener_state.ts";
import type { ListenerOptions } from "./options.ts";
import type { OutgoingAliases } from "./outgoing_aliases.ts";
import type { Outlet } from "./outlet.ts";
import type { Flushable, Turn } from "./turn.ts";

/** Output for a slow peer from which its session keeps messages back; one turn may pass it. */
const OUTPUT_HIGH = 1024 * 1024;
/** Output, acknowledgements by then, at which a peer that does not read is not read any more either. */
const OUTPUT_STOP = 2 * OUTPUT_HIGH;
/** How long a closed connection may take to hear why, milliseconds. */
const LINGER = 2_000;
/** How long one waits for what its output stands for to be kept, milliseconds. */
const DURABLE_TIMEOUT = 10_000;

export class Connection<Client> implements Outlet, Flushable {
  /** The accepted client; `undefined` before its CONNECT is accepted and after its end. */
  client: Client | undefined = undefined;
  /** 4 until the CONNECT says otherwise. */
  protocolVersion: ProtocolVersion = 4;
  maximumPacketSize = Infinity;
  receiveMaximum = 65_535;
  readonly peer: string;
  /** The listener's options when the connection came: a reload is for those after it. */
  readonly options: ListenerOptions;
  /** Where the packet handlers put what goes to the client; call {@link touch} once after. */
  out: OutputBuffer;

  readonly #turn: Turn;
  readonly #events: ConnectionEvents<Connection<Client>>;
  readonly #frame = new Frame();
  readonly #acceptedAt: number;
  #state: ConnectionState = "handshake";
  #keepAliveTimeout = Infinity;
  #outgoingAliases: OutgoingAliases | undefined = undefined;
  /** When a packet last came, on the turn's monotonic clock. */
  #lastPacketAt: number;
  #closedAt = 0;
  readonly #input = new InputBuffer();
  /** The buffer that is being written, and then the spare one. */
  #other: OutputBuffer;
  #writing = false;
  /** How much of it has left. */
  #left = 0;
  /** Nothing can be written any more; what the peer sent before is still read. */
  #broken = false;
  #flushing = false;
  /** How many hold it; and whether it waits for the end of a pause to be read again. */
  #holds = 0;
  #waits = false;
  /** Since when its output waits for what it stands for to be kept, and why it waits in vain. */
  #withheldSince = Infinity;
  #unanswered: Unavailable | undefined = undefined;

  constructor(
    readonly transport: Transport,
    readonly listener: ListenerState,
    turn: Turn,
    events: ConnectionEvents<Connection<Client>>,
    spare: SpareArrays,
  ) {
    this.peer = transport.peer;
    this.#turn = turn;
    this.#events = events;
    this.options = listener.options;
    this.out = new OutputBuffer(spare);
    this.#other = new OutputBuffer(spare);
    this.#acceptedAt = this.#lastPacketAt = turn.monotonic;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get writable(): boolean {
    return this.#state === "open" && !this.#broken && this.out.length < OUTPUT_HIGH &&
      this.#withheldSince === Infinity;
  }

  /**
   * Reads until the connection is gone. A read ends in a method that is bound once: a loop that awaits would
   * keep its frame for each peer.
   */
  read(): void {
    if (this.#state === "closed") return;
    if (this.#paused) this.#waits = true;
    else this.transport.read(this.#input.room).then(this.#arrived, this.#readFailed);
  }

  readonly #arrived = (count: number | null): void => {
    this.#turn.enter();
    if (count === null) return this.#gone(this.#broken ? "ReadWriteError" : "RemoteClose");
    // Drained where it is closing, so that the peer hears our last words before a reset.
    if (this.#state !== "closing") this.#receive(count);
    this.read();
  };

  readonly #readFailed = (error: unknown): void => {
    this.#turn.enter();
    // What broke does not matter to anyone but the peer; the event's reason says that it broke.
    if (!(error instanceof TransportError)) return this.#gone("ReadWriteError");
    if (this.#state === "handshake") this.#events.onRefused(this, error.reason);
    this.#gone(`ProtocolError(${error.message})`);
  };

  publish(packet: OutgoingPublish): void {
    const alias = this.#outgoingAliases?.for(packet, this.maximumPacketSize);
    writePublish(this.out, packet, this.protocolVersion, alias);
    this.touch();
  }

  pubrel(packetId: number): void {
    writeAcknowledgement(this.out, PacketType.PUBREL, packetId, 0);
    this.touch();
  }

  /** Keeps it from being read until as many `release` follow. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#resume();
  }

  /** What came cannot be kept, and its version has no word for that: it is closed after a while. */
  leaveUnanswered(why: Unavailable): void {
    this.hold();
    this.withhold();
    this.#unanswered = why;
  }

  /** Writes nothing more until all is kept, or that takes too long. */
  withhold(): void {
    this.#flushing = false;
    this.#withheldSince = Math.min(this.#withheldSince, this.#turn.monotonic);
  }

  /** The CONNECT must wait for its decision: nothing more is read until {@link open}. */
  connecting(): void {
    this.#state = "connecting";
  }

  /** The CONNECT was accepted. */
  open({ client, keepAliveTimeout, receiveMaximum, outgoingAliases }: Accepted<Client>): void {
    this.client = client;
    this.#keepAliveTimeout = keepAliveTimeout;
    this.receiveMaximum = receiveMaximum;
    this.#outgoingAliases = outgoingAliases;
    this.#lastPacketAt = this.#turn.monotonic;
    this.#state = "open";
    this.#resume();
  }

  /** Has the output written at the end of this turn. */
  touch(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#turn.flushAtEnd(this);
  }

  /**
   * Ends the connection from this side: its end is told now, what was written still goes out at the end of
   * the turn, then the stream is closed.
   * @param reason of client_disconnected
   */
  close(reason: string): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    this.#state = "closing";
    this.#closedAt = this.#turn.monotonic;
    this.#resume();
    this.#events.onEnded(this, reason);
    this.touch();
  }

  /** Ends it because of what the peer did, with the Reason Code where the version has a packet for it. */
  fail(error: MqttError): void {
    if (this.#state === "handshake" || this.#state === "connecting") {
      const tooLarge = error.reasonCode === Reason.PacketTooLarge;
      this.#events.onRefused(this, tooLarge ? "ConnectTooLarge" : "ProtocolError");
      writeConnackRefused(this.out, this.protocolVersion, error.reasonCode);
    } else if (this.protocolVersion === 5) writeDisconnect(this.out, error.reasonCode);
    this.close(`ProtocolError(${error.message})`);
  }

  /** Ends it at once, whatever was still to be written. */
  abort(): void {
    this.#gone("ServerShuttingDown");
  }

  /**
   * Called each second, `now` on the turn's clock: gives up what takes too long.
   * @param trouble why its output still waits
   * @param lost what that stands for may be lost
   */
  tick(now: number, trouble: Unavailable | undefined, lost: boolean): void {
    if (this.#withheldSince < Infinity) {
      const why = this.#unanswered ?? (lost ? "SinkUnavailable" : trouble);
      if (why === undefined) {
        this.#withheldSince = Infinity;
        this.touch();
      } else if (lost || now - this.#withheldSince >= DURABLE_TIMEOUT) return this.#gone(why);
    }
    if (this.#state === "closing" || this.#broken) {
      if (now - this.#closedAt >= LINGER) this.#gone("ReadWriteError");
    } else if (this.#state !== "open") {
      if (now - this.#acceptedAt < this.options.handshakeTimeout) return;
      this.#events.onRefused(this, "HandshakeTimeout");
      this.close("HandshakeTimeout");
    } else if (this.#holds > 0) {
      this.#lastPacketAt = now; // what it sends is not read
    } else if (now - this.#lastPacketAt > this.#keepAliveTimeout) {
      if (this.protocolVersion === 5) writeDisconnect(this.out, Reason.KeepAliveTimeout);
      this.close("KeepaliveTimeout"); // [MQTT-3.1.2-24]
    }
  }

  /** Starts the one write of this turn, unless one is still under way: that one's end starts the next. */
  flush(): void {
    this.#flushing = false;
    if (this.#writing || this.#state === "closed" || this.#withheldSince < Infinity) return;
    if (this.out.length > 0) this.#write();
    else if (this.#state === "closing") this.transport.closeWrite();
  }

  /** Writes what gathered; the connection has one write under way at a time. */
  #write(): void {
    const buffer = this.out;
    this.out = this.#other;
    this.#other = buffer;
    this.#writing = true;
    this.listener.traffic.sent(buffer);
    this.#left = 0;
    this.#writeRest();
  }

  #writeRest(): void {
    const { bytes, length } = this.#other;
    this.transport.write(bytes.subarray(this.#left, length)).then(this.#took, this.#writeFailed);
  }

  readonly #took = (count: number): void => {
    this.#left += count;
    if (this.#left < this.#other.length) this.#writeRest();
    else this.#written();
  };

  #written(): void {
    this.#other.clear();
    this.#writing = false;
    this.#resume();
    this.#events.onDrained(this);
    if (this.out.length === 0 && this.#state === "open") return;
    this.#turn.enter();
    this.touch();
  }

  readonly #writeFailed = (): void => {
    // As for reads. But a peer that closed with our bytes unread may have said its last before: PUBACK.
    this.#turn.enter();
    if (this.#state !== "open") return this.#gone("ReadWriteError");
    this.#broken = true;
    this.#closedAt = this.#turn.monotonic;
  };

  /** The stream is at its end, whoever ended it. */
  #gone(reason: string): void {
    this.close(reason);
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#resume();
    this.transport.close();
    this.#events.onClosed(this);
  }

  /** Whether nothing may be read now. A client at its end is read, so that it hears why. */
  get #paused(): boolean {
    if (this.#state === "open") return this.#holds > 0 || this.out.length >= OUTPUT_STOP;
    return this.#state === "connecting";
  }

  /** In a turn of its own: whoever ends the pause is in the middle of something. */
  #resume(): void {
    if (this.#paused || !this.#waits) return;
    this.#waits = false;
    queueMicrotask(() => {
      this.#turn.enter();
      this.#receive(0); // what came whole before the pause
      this.read();
    });
  }

  #receive(count: number): void {
    this.listener.traffic.bytesReceived += count;
    const available = this.#input.available(count);
    let start = 0;
    try {
      start = this.#handleAll(available);
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      return this.fail(error);
    }
    if (start > 0) this.#lastPacketAt = this.#turn.monotonic;
    this.#input.keep(start, available, count);
  }

  /** Handles the packets that came whole; returns where the first incomplete one starts. */
  #handleAll(available: number): number {
    const frame = this.#frame;
    let start = 0;
    while (
      start < available && !this.#paused && (this.#state === "handshake" || this.#state === "open")
    ) {
      const whole = readFrame(frame, this.#input.bytes, start, available);
      if (!whole) break;
      if (this.#state === "handshake") this.#checkFirst(frame.header, frame.end - start);
      if (frame.end - start > this.options.maxPacketSize) {
        throw new MqttError(Reason.PacketTooLarge, "the packet is larger than max_packet_size");
      }
      if (frame.end > available) break;
      this.listener.traffic.packetsReceived++;
      this.#events.onPacket(this, frame, this.#input.bytes);
      start = frame.end;
    }
    return start;
  }

  /** What a peer that is not accepted yet may send [MQTT-3.1.0-1], judged before any more of it is kept. */
  #checkFirst(header: number, size: number): void {
    if (header >> 4 !== PacketType.CONNECT) throw malformed("the first packet is not a CONNECT");
    if (size > this.options.maxConnectPacketSize) {
      throw new MqttError(Reason.PacketTooLarge, "the CONNECT is larger than max_connect_packet_size");
    }
  }
}
