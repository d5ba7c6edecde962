// One Network Connection: bytes in, packets to their handlers, bytes out at the end of the turn.
import type { Transport } from "../listeners/transport.ts";
import { malformed, MqttError } from "../mqtt/error.ts";
import {
  publishSize,
  writeAcknowledgement,
  writeConnackRefused,
  writeDisconnect,
  writePublish,
} from "../mqtt/encode.ts";
import type { OutgoingAlias, OutgoingPublish } from "../mqtt/encode.ts";
import { Frame, readFrame } from "../mqtt/framing.ts";
import { OutputBuffer } from "../mqtt/output_buffer.ts";
import { PacketType, type ProtocolVersion } from "../mqtt/packets.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Publisher } from "./brake.ts";
import type { Broker } from "./broker.ts";
import type { Client } from "./client.ts";
import { handlePacket } from "./handlers/packets.ts";
import type { ListenerOptions } from "./options.ts";
import type { Outlet } from "./session_context.ts";
import type { Flushable } from "./turn.ts";

/** An idle connection's read buffer; it doubles while reads fill it, up to the largest. */
const INPUT_START = 2 * 1024;
const INPUT_LARGEST = 64 * 1024;
/** Output that waits for a slow peer before its session keeps messages back; one turn's output may pass it. */
const OUTPUT_HIGH = 1024 * 1024;
/** Output, acknowledgements by then, at which a peer that does not read is not read any more either. */
const OUTPUT_STOP = 2 * OUTPUT_HIGH;
/** How long a closed connection may take to hear why, milliseconds. */
const LINGER = 2_000;

type State = "handshake" | "open" | "closing" | "closed";

export class Connection implements Outlet, Flushable, Publisher {
  /** The accepted client; `undefined` before its CONNECT and after its end. */
  client: Client | undefined = undefined;
  /** 4 until the CONNECT says otherwise. */
  protocolVersion: ProtocolVersion = 4;
  maximumPacketSize = Infinity;
  receiveMaximum = 65_535;
  /** When a packet last came, on the turn's `elapsed` clock; until the CONNECT, when the connection was accepted. */
  lastPacketAt: number;
  /** Where the packet handlers put what goes to the client; call {@link touch} once after. */
  out = new OutputBuffer();

  readonly #transport: Transport;
  readonly #frame = new Frame();
  #state: State = "handshake";
  #closedAt = 0;
  #input = new Uint8Array(INPUT_START);
  #filled = 0;
  /** The buffer that is being written, and then the spare one. */
  #other = new OutputBuffer();
  #writing = false;
  /** Nothing can be written any more. What the peer sent before is still read, up to the end of the stream. */
  #broken = false;
  #flushing = false;
  /** How many sessions hold it; and what lets {@link run} go on after a pause. */
  #holds = 0;
  #whenResumed: (() => void) | undefined = undefined;

  constructor(readonly broker: Broker, transport: Transport, readonly options: ListenerOptions) {
    this.#transport = transport;
    this.lastPacketAt = broker.turn.elapsed;
  }

  get peer(): string {
    return this.#transport.peer;
  }

  get state(): State {
    return this.#state;
  }

  get writable(): boolean {
    return this.#state === "open" && !this.#broken && this.out.length < OUTPUT_HIGH;
  }

  /** Reads until the connection is gone. Never rejects. */
  async run(): Promise<void> {
    while (this.#state !== "closed") {
      if (this.#paused) {
        await new Promise<void>((resolve) => this.#whenResumed = resolve);
        this.broker.turn.enter();
        this.#receive(0); // what came whole before the pause
        continue;
      }
      let count: number | null;
      try {
        count = await this.#transport.read(this.#input.subarray(this.#filled));
      } catch {
        // What broke does not matter to anyone but the peer; the event's reason says that it broke.
        this.broker.turn.enter();
        this.#gone("ReadWriteError");
        return;
      }
      this.broker.turn.enter();
      if (count === null) return this.#gone(this.#broken ? "ReadWriteError" : "RemoteClose");
      if (this.#state === "closing") continue; // drained, so that the peer hears our last words before a reset
      this.#receive(count);
    }
  }

  publish(packet: OutgoingPublish): void {
    writePublish(this.out, packet, this.protocolVersion, this.#aliasFor(packet));
    this.touch();
  }

  #aliasFor(packet: OutgoingPublish): OutgoingAlias | undefined {
    const aliases = this.client?.outgoingAliases;
    if (aliases === undefined) return undefined;
    // The first use makes the packet longer.
    const fits = this.maximumPacketSize === Infinity || publishSize(packet, 5) + 3 <= this.maximumPacketSize;
    return fits ? aliases.of(packet.topic) : undefined;
  }

  pubrel(packetId: number): void {
    writeAcknowledgement(this.out, PacketType.PUBREL, packetId, 0);
    this.touch();
  }

  /** A client that has something waiting itself must be read, or its acknowledgements would wait too. */
  get holdable(): boolean {
    const session = this.client?.session;
    return session !== undefined && !session.waiting && session.inflight.size === 0 && this.writable;
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#resume();
  }

  /** The CONNECT was accepted. */
  open(client: Client): void {
    this.client = client;
    this.lastPacketAt = this.broker.turn.elapsed;
    this.#state = "open";
  }

  /** Has the output written at the end of this turn. */
  touch(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.broker.turn.flushAtEnd(this);
  }

  /**
   * Ends the connection from this side: the client's end is told to the hooks now, what was written still goes
   * out at the end of the turn, then the stream is closed.
   * @param reason of client_disconnected
   */
  close(reason: string): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    this.#state = "closing";
    this.#closedAt = this.broker.turn.elapsed;
    this.#resume();
    this.broker.connectionEnded(this, reason);
    this.touch();
  }

  /** Ends it because of what the peer did, with the Reason Code where the version has a packet for it. */
  fail(error: MqttError): void {
    if (this.#state === "handshake") {
      const tooLarge = error.reasonCode === Reason.PacketTooLarge;
      this.broker.refusals.count(tooLarge ? "ConnectTooLarge" : "ProtocolError", this.peer);
      writeConnackRefused(this.out, this.protocolVersion, error.reasonCode);
    } else if (this.protocolVersion === 5) writeDisconnect(this.out, error.reasonCode);
    this.close(`ProtocolError(${error.message})`);
  }

  /** Ends it at once, whatever was still to be written. */
  abort(): void {
    this.#gone("ServerShuttingDown");
  }

  /** Called each second, `now` on the turn's `elapsed` clock: gives up what takes too long. */
  tick(now: number): void {
    const ending = this.#state === "closing" || this.#broken;
    if (ending && now - this.#closedAt >= LINGER) this.#gone("ReadWriteError");
    else if (this.#state === "handshake" && now - this.lastPacketAt >= this.options.handshakeTimeout) {
      this.broker.refusals.count("HandshakeTimeout", this.peer);
      this.close("HandshakeTimeout");
    } else if (this.client !== undefined && now - this.lastPacketAt > this.client.keepAliveTimeout) {
      if (this.protocolVersion === 5) writeDisconnect(this.out, Reason.KeepAliveTimeout);
      this.close("KeepaliveTimeout"); // [MQTT-3.1.2-24]
    }
  }

  /** Starts the one write of this turn, unless one is still under way: that one's end starts the next. */
  flush(): void {
    this.#flushing = false;
    if (this.#writing || this.#state === "closed") return;
    if (this.out.length > 0) void this.#write();
    else if (this.#state === "closing") this.#transport.closeWrite();
  }

  async #write(): Promise<void> {
    const buffer = this.out;
    this.out = this.#other;
    this.#other = buffer;
    this.#writing = true;
    try {
      for (let at = 0; at < buffer.length;) {
        at += await this.#transport.write(buffer.bytes.subarray(at, buffer.length));
      }
    } catch {
      // As for reads. But a peer that closed with our bytes unread may have said its last before: PUBACK, DISCONNECT.
      this.broker.turn.enter();
      if (this.#state !== "open") return this.#gone("ReadWriteError");
      this.#broken = true;
      this.#closedAt = this.broker.turn.elapsed;
      return;
    }
    buffer.clear();
    this.#writing = false;
    this.#resume();
    const session = this.client?.session;
    const waiting = session !== undefined && session.waiting;
    if (this.out.length === 0 && this.#state === "open" && !waiting) return;
    this.broker.turn.enter();
    if (waiting) session.pump();
    this.touch();
  }

  /** The stream is at its end, whoever ended it. */
  #gone(reason: string): void {
    if (this.#state === "handshake" || this.#state === "open") this.close(reason);
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#resume();
    this.#transport.close();
    this.broker.connectionClosed(this);
  }

  /** Whether nothing may be read now. A client at its end is read, so that it hears why. */
  get #paused(): boolean {
    return (this.#holds > 0 || this.out.length >= OUTPUT_STOP) && this.#state === "open";
  }

  #resume(): void {
    if (this.#paused) return;
    this.#whenResumed?.();
    this.#whenResumed = undefined;
  }

  #receive(count: number): void {
    const available = this.#filled + count;
    let start = 0;
    this.broker.publisher = this;
    try {
      start = this.#handleAll(available);
    } catch (error) {
      if (error instanceof MqttError) return this.fail(error);
      // A defect of ours: this client pays, nobody else does, and the log has it.
      this.broker.log("error", "a packet could not be handled", { peer: this.peer, error: describe(error) });
      this.fail(new MqttError(Reason.UnspecifiedError, "internal error"));
      return;
    } finally {
      this.broker.publisher = undefined;
    }
    if (start > 0) this.lastPacketAt = this.broker.turn.elapsed;
    this.#keepRest(start, available, count);
  }

  /** Handles the packets that came whole; returns where the first incomplete one starts. */
  #handleAll(available: number): number {
    const frame = this.#frame;
    let start = 0;
    while (
      start < available && !this.#paused && (this.#state === "handshake" || this.#state === "open")
    ) {
      const whole = readFrame(frame, this.#input, start, available);
      if (!whole) break;
      if (this.#state === "handshake") this.#checkFirst(frame.header, frame.end - start);
      if (frame.end - start > this.options.maxPacketSize) {
        throw new MqttError(Reason.PacketTooLarge, "the packet is larger than max_packet_size");
      }
      if (frame.end > available) break;
      handlePacket(this, frame, this.#input);
      start = frame.end;
    }
    return start;
  }

  /** What a peer that is not accepted yet may send, judged before any more of it is kept. */
  #checkFirst(header: number, size: number): void {
    if (header >> 4 !== PacketType.CONNECT) throw malformed("the first packet is not a CONNECT"); // [MQTT-3.1.0-1]
    if (size <= this.options.maxConnectPacketSize) return;
    throw new MqttError(Reason.PacketTooLarge, "the CONNECT is larger than max_connect_packet_size");
  }

  /** Moves an incomplete packet to the front, and gives the next read the room it is likely to need. */
  #keepRest(start: number, available: number, count: number): void {
    const rest = available - start;
    const full = available === this.#input.length;
    let size = this.#input.length;
    // Memory follows the bytes that came, not the length that was claimed.
    if (rest === size || (full && size < INPUT_LARGEST)) size *= 2;
    else if (rest === 0 && size > INPUT_START && count * 8 < size) size = INPUT_START;
    if (size === this.#input.length) this.#input.copyWithin(0, start, available);
    else {
      const input = new Uint8Array(size);
      input.set(this.#input.subarray(start, available));
      this.#input = input;
    }
    this.#filled = rest;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
