// The PROXY protocol, versions 1 and 2, as HAProxy describes it: a proxy says first whose connection it
// brings. Only proxies that are trusted may, for the address decides on who gets in.
import { isIP } from "node:net";
import type { Clock } from "../base/clock.ts";
import { addressText, hostOf } from "../base/peer_address.ts";
import type { ProxyOptions } from "./options.ts";
import { type Transport, TransportError } from "./transport.ts";

/** Of a header, bytes: addresses take 232 at most, what else a proxy may say is not looked at. */
const MAX_HEADER = 4 * 1024;
/** Connections of one listener whose header has not come. */
const MOST_WAITING = 1_000;

const SIGNATURE = new TextEncoder().encode("\r\n\r\n\0\r\nQUIT\n");
const VERSION_1 = new TextEncoder().encode("PROXY ");

/** What stands before one listener: hands each connection on once its header has come. */
export class ProxyGate {
  readonly #waiting = new Set<Transport>();
  readonly #onTransport: (transport: Transport) => void;
  readonly #onError: (error: unknown) => void;
  readonly #clock: Clock;

  constructor(
    onTransport: (transport: Transport) => void,
    onError: (error: unknown) => void,
    clock: Clock,
  ) {
    this.#onTransport = onTransport;
    this.#onError = onError;
    this.#clock = clock;
  }

  /**
   * One whose header is not accepted is handed on too: its first read rejects, so that it is counted as
   * refused.
   */
  take(raw: Transport, { isTrusted, timeout }: ProxyOptions): void {
    if (!isTrusted(hostOf(raw.peer))) {
      return this.#refuse(raw, "ProxyNotTrusted", "it does not come from proxy_protocol_trusted");
    }
    if (this.#waiting.size >= MOST_WAITING) {
      return this.#refuse(raw, "TooManyHandshakes", "too many PROXY headers");
    }
    this.#waiting.add(raw);
    let late = false;
    const stopTimer = this.#clock.setTimer(timeout, () => {
      late = true;
      raw.close();
    });
    readHeader(raw).finally(() => {
      stopTimer();
      this.#waiting.delete(raw);
    }).then((transport) => this.#onTransport(transport), (error) => {
      if (late) {
        return this.#refuse(raw, "ProxyTimeout", "no PROXY header came within proxy_protocol_timeout");
      }
      this.#refuse(raw, "ProxyHeaderRefused", error instanceof TransportError ? error.message : "it broke");
    }).catch((error) => {
      raw.close();
      this.#onError(error);
    });
  }

  /** Ends what waits. */
  close(): void {
    for (const raw of this.#waiting) raw.close();
  }

  #refuse(raw: Transport, reason: string, message: string): void {
    this.#onTransport(new WithStart(raw, raw.peer, new Uint8Array(0), new TransportError(reason, message)));
  }
}

/** A connection that some bytes of were read already. */
class WithStart implements Transport {
  constructor(
    private readonly raw: Transport,
    readonly peer: string,
    private start: Uint8Array,
    private readonly error?: TransportError,
  ) {}

  read(into: Uint8Array): Promise<number | null> {
    if (this.error !== undefined) return Promise.reject(this.error);
    if (this.start.length === 0) return this.raw.read(into);
    const count = Math.min(this.start.length, into.length);
    into.set(this.start.subarray(0, count));
    this.start = this.start.subarray(count);
    return Promise.resolve(count);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.raw.write(bytes);
  }

  closeWrite(): void {
    this.raw.closeWrite();
  }

  close(): void {
    this.raw.close();
  }
}

/** The connection behind the header, as its client's. Rejects with TransportError where there is none. */
async function readHeader(raw: Transport): Promise<Transport> {
  const bytes = new Uint8Array(MAX_HEADER);
  for (let length = 0; length < bytes.length;) {
    const count = await raw.read(bytes.subarray(length));
    if (count === null) throw refused("it ended within the PROXY header");
    length += count;
    const came = bytes.subarray(0, length);
    const header = startsLike(came, VERSION_1)
      ? version1(came)
      : startsLike(came, SIGNATURE)
      ? version2(came)
      : null;
    if (header === null) throw refused("it does not begin with a PROXY header");
    if (header !== undefined) {
      return new WithStart(raw, header.peer ?? raw.peer, bytes.slice(header.length, length));
    }
  }
  throw refused("the PROXY header is too long");
}

/** Its length, and the client where it names one: a proxy that checks our health names none. */
interface Header {
  readonly length: number;
  readonly peer?: string;
}

/** `undefined` while more must come. Throws TransportError. */
function version1(bytes: Uint8Array): Header | undefined {
  const end = bytes.indexOf(10);
  if (end < 0 && bytes.length <= 107) return undefined;
  const line = new TextDecoder("latin1").decode(bytes.subarray(0, end + 1));
  const length = end + 1;
  if (length <= 107 && /^PROXY UNKNOWN[^\r\n]*\r\n$/.test(line)) return { length };
  const [, family, source = "", target = "", port] =
    /^PROXY TCP([46]) ([\da-fA-F.:]+) ([\da-fA-F.:]+) (\d{1,5}) \d{1,5}\r\n$/.exec(line) ?? [];
  const version = Number(family);
  if (isIP(source) !== version || isIP(target) !== version || Number(port) > 65_535) {
    throw refused("the PROXY header is malformed");
  }
  return { length, peer: peerText(source, Number(port)) };
}

/** Likewise. */
function version2(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [command = 0, family = 0] = bytes.subarray(12, 14);
  const length = 16 + view.getUint16(14);
  if (length > MAX_HEADER) throw refused("the PROXY header is too long");
  if (bytes.length < length) return undefined;
  // LOCAL; and what is no TCP: a Unix socket of the proxy's machine, or unknown.
  if (command === 0x20 || (command === 0x21 && (family === 0 || family === 0x31))) return { length };
  const size = family === 0x11 ? 4 : family === 0x21 ? 16 : 0;
  if (command !== 0x21 || size === 0 || length < 16 + 2 * size + 4) {
    throw refused("the PROXY header is malformed");
  }
  const source = bytes.subarray(16, 16 + size);
  const words = Array.from({ length: size / 2 }, (_, i) => view.getUint16(16 + 2 * i).toString(16));
  return {
    length,
    peer: peerText(size === 4 ? source.join(".") : words.join(":"), view.getUint16(16 + 2 * size)),
  };
}

/** As the listener itself would have named it. */
function peerText(address: string, port: number): string {
  if (!address.includes(":")) return addressText({ hostname: address, port });
  // The platform's URL parser writes IPv6 in its short form.
  const hostname = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return addressText({ hostname, port });
  const words = [parseInt(high, 16), parseInt(low, 16)];
  return addressText({ hostname: words.flatMap((word) => [word >> 8, word & 0xff]).join("."), port });
}

/** Whether `bytes`, as far as they came, could begin with `start`. */
function startsLike(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.subarray(0, bytes.length).every((byte, i) => byte === bytes[i]);
}

function refused(message: string): TransportError {
  return new TransportError("ProxyHeaderRefused", message);
}
