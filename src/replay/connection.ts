// One connection that messages are played on: as many under way as the broker takes, one write for what
// gathered.
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import {
  type Connack,
  connectPacket,
  decodeConnack,
  decodeServerDisconnect,
  DISCONNECT,
  PINGREQ,
} from "../mqtt/client_side.ts";
import { decodeAcknowledgement } from "../mqtt/decode.ts";
import { publishSize, writeAcknowledgement, writePublish } from "../mqtt/encode.ts";
import { protocolError } from "../mqtt/error.ts";
import { Frame, readFrame } from "../mqtt/framing.ts";
import { InputBuffer } from "../mqtt/input_buffer.ts";
import { OutputBuffer } from "../mqtt/output_buffer.ts";
import { PacketType } from "../mqtt/packets.ts";
import { NO_PROPERTIES } from "../mqtt/publish_properties.ts";
import { codeText } from "./code_text.ts";
import type { ReplayMessage } from "./message.ts";
import type { Tally } from "./tally.ts";

export interface ConnectionOptions {
  readonly dial: () => Promise<Deno.Conn>;
  readonly version: 4 | 5;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Messages under way at once, at most. */
  readonly inflight: number;
  /** Seconds. */
  readonly keepAlive: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly tally: Tally;
  /** Called once, when it ends before it was asked to. */
  readonly onFailure: (failure: Failure) => void;
}

/** Bytes that are gathered for one write; with more it takes no message. */
const MOST_GATHERED = 48 * 1024;
/** Bytes of the longest packet that a broker sends to one who subscribed to nothing. */
const LONGEST = 64 * 1024;
/** A broker that owes an answer and says nothing for so long, milliseconds, is given up. */
const SILENCE = 30_000;

export class Connection {
  readonly #clientId: string;
  readonly #options: ConnectionOptions;
  readonly #conn: Deno.Conn;
  readonly #input = new InputBuffer();
  readonly #reading: Promise<void>;
  #out = new OutputBuffer();
  #spare = new OutputBuffer();
  #writing: Promise<void> | undefined;
  /** What the broker's CONNACK allows; `undefined` until it came. */
  #allowed: Connack | undefined;
  /** Packet Identifiers under way, and whether PUBREC came. */
  readonly #underWay = new Map<number, boolean>();
  #window = 0;
  #packetId = 0;
  #pings = 0;
  #ended = false;
  #closing = false;
  #lastSent: number;
  #lastHeard: number;
  #changed = Promise.withResolvers<void>();

  /** Sends CONNECT. @param conn is its own from here on */
  constructor(clientId: string, conn: Deno.Conn, options: ConnectionOptions) {
    this.#clientId = clientId;
    this.#conn = conn;
    this.#options = options;
    this.#lastSent = this.#lastHeard = options.now();
    this.#reading = this.#read();
    this.#send(connectPacket({ ...options, clientId }, options.version));
  }

  /** Waits for the CONNACK; a refusal is a failure. @param signal aborted: waits no longer */
  async accepted(signal: AbortSignal): Promise<void> {
    while (this.#allowed === undefined && !this.#ended && !signal.aborted) await this.changed();
  }

  /** It is over: its failure was told. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it takes no message now. */
  get full(): boolean {
    return this.#underWay.size >= this.#window || this.#out.length >= MOST_GATHERED;
  }

  /** Puts a message to what gathers. Only while it is not {@link full}. */
  publish({ topic, payload, qos, retain }: ReplayMessage): void {
    const { tally, version } = this.#options;
    const { maximumQoS = 2, retainAvailable = true, maximumPacketSize = Infinity } = this.#allowed ?? {};
    const lowered = qos > maximumQoS ? (maximumQoS === 0 ? 0 : 1) : qos;
    const packet = {
      topic: topic.text,
      topicWire: topic.wire,
      payload,
      qos: lowered,
      retain: retain && retainAvailable,
      dup: false,
      packetId: lowered === 0 ? 0 : this.#nextPacketId(),
      forwarded: NO_PROPERTIES.forwarded,
      messageExpiryInterval: undefined,
      subscriptionIdentifiers: undefined,
    } as const;
    if (publishSize(packet, version) > maximumPacketSize) {
      tally.refuse(`larger than the ${maximumPacketSize} bytes that the broker takes`);
      return;
    }
    if (lowered !== qos) tally.lower(`QoS ${qos} is not there, sent with QoS ${lowered}`);
    if (retain && !retainAvailable) tally.lower("Retained Messages are not there, sent without");
    // Silence counts from when an answer is owed.
    if (this.#owed === 0) this.#lastHeard = this.#options.now();
    writePublish(this.#out, packet, version);
    tally.sent++;
    if (lowered === 0) return;
    tally.wanted++;
    this.#underWay.set(packet.packetId, false);
  }

  /** Begins to write what has gathered, where no write is under way. */
  flush(): void {
    if (this.#writing === undefined && this.#out.length > 0 && !this.#ended) this.#writing = this.#write();
  }

  /** Resolves when something came, was written or failed, or by {@link wake}. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Who waits looks again. */
  wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }

  /** Every now and then: keeps it alive, and gives it up where an answer is owed for too long. */
  tick(): void {
    const now = this.#options.now();
    if (this.#owed > 0 && now - this.#lastHeard > SILENCE) {
      this.#fail(`no answer for ${SILENCE / 1000} s`);
      return;
    }
    const keepAlive = this.#allowed?.serverKeepAlive ?? this.#options.keepAlive;
    if (keepAlive > 0 && this.#pings === 0 && now - this.#lastSent > keepAlive * 500) this.#ping();
  }

  /**
   * Waits until all is acknowledged and, by a PINGRESP, what needs no acknowledgement has come; then
   * disconnects. @param signal aborted: waits no longer
   */
  async finish(signal: AbortSignal): Promise<void> {
    if (!this.#ended) this.#ping();
    const wake = (): void => this.wake();
    signal.addEventListener("abort", wake);
    while (this.#owed > 0 && !this.#ended && !signal.aborted) await this.changed();
    signal.removeEventListener("abort", wake);
    await this.close();
  }

  /** Says DISCONNECT where nothing is in its way, and closes. */
  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#ended && this.#writing === undefined) {
      this.#send(DISCONNECT);
      await this.#writing;
    }
    this.#end();
    await this.#writing;
    await this.#reading;
  }

  get #owed(): number {
    return this.#underWay.size + this.#pings + (this.#allowed === undefined ? 1 : 0);
  }

  #ping(): void {
    if (this.#owed === 0) this.#lastHeard = this.#options.now();
    this.#pings++;
    this.#send(PINGREQ);
  }

  #send(bytes: Uint8Array): void {
    this.#out.append(bytes);
    this.flush();
  }

  #nextPacketId(): number {
    do this.#packetId = this.#packetId % 65_535 + 1; while (this.#underWay.has(this.#packetId));
    return this.#packetId;
  }

  /** Writes until nothing gathers meanwhile. */
  async #write(): Promise<void> {
    try {
      while (this.#out.length > 0 && !this.#ended) {
        const out = this.#out;
        this.#out = this.#spare;
        this.#spare = out;
        for (let at = 0; at < out.length;) {
          at += await this.#conn.write(out.bytes.subarray(at, out.length));
        }
        out.clear();
        this.#lastSent = this.#options.now();
        this.wake();
      }
    } catch (error) {
      this.#fail(errorText(error));
    } finally {
      this.#writing = undefined;
    }
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const count = await this.#conn.read(this.#input.room);
        if (count === null) break;
        this.#lastHeard = this.#options.now();
        this.#take(count);
        this.flush();
        this.wake();
      }
      this.#fail(
        this.#allowed === undefined ? "closed without a CONNACK" : "the broker closed the connection",
      );
    } catch (error) {
      this.#fail(errorText(error));
    }
  }

  #take(count: number): void {
    const { bytes } = this.#input;
    const available = this.#input.available(count);
    const frame = new Frame();
    let start = 0;
    while (start < available && readFrame(frame, bytes, start, available)) {
      if (frame.end - start > LONGEST) throw protocolError(`it sends a packet of ${frame.end - start} bytes`);
      if (frame.end > available) break;
      this.#packet(frame, bytes, start);
      start = frame.end;
    }
    this.#input.keep(start, available, count);
  }

  #packet({ header, bodyStart, end }: Frame, bytes: Uint8Array, start: number): void {
    const { version } = this.#options;
    const type = header >> 4;
    if (this.#allowed === undefined) this.#accepted(decodeConnack(bytes.slice(start, end), version));
    else if (type >= PacketType.PUBACK && type <= PacketType.PUBCOMP) {
      const { packetId, reasonCode } = decodeAcknowledgement(header, bytes, bodyStart, end, version);
      this.#acknowledged(type, packetId, reasonCode);
    } else if (type === PacketType.PINGRESP) this.#pings = Math.max(0, this.#pings - 1);
    else if (type === PacketType.DISCONNECT && version === 5) {
      const { code, reasonString } = decodeServerDisconnect(bytes.slice(start, end));
      this.#fail(`the broker ends the connection: ${codeText(code, 5, reasonString)}`);
    } else throw protocolError(`it sends a packet of type ${type}, which nothing asked for`);
  }

  #accepted(connack: Connack): void {
    if (connack.code !== 0) {
      this.#fail(
        `the broker refuses: ${codeText(connack.code, this.#options.version, connack.reasonString)}`,
      );
      return;
    }
    this.#allowed = connack;
    this.#window = Math.min(this.#options.inflight, connack.receiveMaximum);
  }

  #acknowledged(type: number, packetId: number, reasonCode: number): void {
    const { tally, version } = this.#options;
    const received = this.#underWay.get(packetId);
    // An acknowledgement of what is not under way changes nothing.
    if (received === undefined) return;
    if (reasonCode >= 0x80) {
      tally.refuse(codeText(reasonCode, version, undefined));
      this.#underWay.delete(packetId);
    } else if (type === PacketType.PUBREC && !received) {
      this.#underWay.set(packetId, true);
      writeAcknowledgement(this.#out, PacketType.PUBREL, packetId, 0);
    } else if (type === PacketType.PUBACK || (type === PacketType.PUBCOMP && received)) {
      this.#underWay.delete(packetId);
      tally.acknowledged++;
    }
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this.#end();
    if (this.#closing) return;
    const who = JSON.stringify(this.#clientId);
    this.#options.onFailure(new Failure(`the connection of ${who}: ${why}.`));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#conn.close();
    this.wake();
  }
}
