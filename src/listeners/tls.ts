// TLS over any Transport. node:tls, for Deno.listenTls can neither ask for a client's certificate nor load
// another one of its own while it listens, sets no TCP_NODELAY, and keeps the socket of a silent peer that is
// closed in its handshake until that peer goes.
import { Duplex } from "node:stream";
import type tls from "node:tls";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import type { ClientCertificates } from "./_client_certificates.ts";
import type { Certificates } from "./certificates.ts";
import { type PeerCertificate, type Transport, TransportError } from "./transport.ts";

/** An idle connection's read; it grows while reads fill it, up to the largest. */
const READ_START = 4 * 1024;
const READ_LARGEST = 64 * 1024;

/** `raw` as its peer speaks TLS over it. The handshake is part of the first read. */
export function overTls(raw: Transport, certificates: Certificates, clock: Clock): Transport {
  return new TlsTransport(raw, certificates, clock);
}

class TlsTransport implements Transport {
  readonly peer: string;
  certificate: PeerCertificate | undefined = undefined;
  readonly #raw: Transport;
  readonly #stream: RawStream;
  readonly #certificates: Certificates;
  readonly #clock: Clock;
  #socket: tls.TLSSocket | undefined = undefined;
  /** Read and not asked for yet. */
  #rest: Uint8Array | undefined = undefined;
  /** Lets a read look again. */
  #wake = (): void => {};

  constructor(raw: Transport, certificates: Certificates, clock: Clock) {
    this.#clock = clock;
    this.#raw = raw;
    this.#stream = new RawStream(raw);
    this.#certificates = certificates;
    this.peer = raw.peer;
  }

  async read(into: Uint8Array): Promise<number | null> {
    const socket = this.#socket ?? await this.#open();
    for (;;) {
      const rest: Uint8Array | null = this.#rest ?? socket.read();
      if (rest !== null) {
        const count = Math.min(rest.length, into.length);
        into.set(count === rest.length ? rest : rest.subarray(0, count));
        this.#rest = count === rest.length ? undefined : rest.subarray(count);
        return count;
      }
      if (socket.readableEnded) return null;
      if (socket.destroyed) throw new Deno.errors.ConnectionReset("the connection is gone");
      this.#stream.wanted = true;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#stream.wanted = false;
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#socket === undefined || this.#socket.destroyed) {
        throw new Deno.errors.ConnectionReset("the connection is gone");
      }
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  closeWrite(): void {
    if (this.#socket === undefined) this.#raw.closeWrite();
    else this.#socket.end();
  }

  close(): void {
    this.#socket?.destroy();
    this.#raw.close();
  }

  async #open(): Promise<tls.TLSSocket> {
    this.#stream.wanted = true;
    const { server, clients, options } = this.#certificates.loaded;
    const socket = await handshake(this.#stream, server);
    this.#stream.wanted = false;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#wake());
    socket.on("close", () => this.#wake());
    // What failed does not matter: reads and writes reject.
    socket.on("error", () => this.#wake());
    if (clients !== undefined) {
      this.certificate = certificateOf(socket, clients, options.username, this.#clock.now());
    }
    return this.#socket = socket;
  }
}

/** Rejects with TransportError where the two do not come to terms, whoever of them is to blame. */
function handshake(stream: Duplex, server: tls.Server): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      reject(new TransportError("TlsHandshakeFailed", `the TLS handshake failed: ${errorText(error)}`));
    };
    // Stands for the server in this one connection, for a server's events do not tell whose they are.
    const one: tls.Server = Object.create(server, {
      emit: {
        value: (event: string, ...args: unknown[]): boolean => {
          if (event === "secureConnection") resolve(args[0] as tls.TLSSocket);
          else if (event === "tlsClientError") failed(args[0]);
          return true;
        },
      },
    });
    stream.on("error", failed);
    Reflect.apply(server.emit, one, ["connection", stream]);
  });
}

/** A Transport as a stream of Node's, which reads ahead without end: so here only what is wanted is read. */
class RawStream extends Duplex {
  readonly #raw: Transport;
  #size = READ_START;
  /** Node's side asks for more. */
  #asked = false;
  #wanted = false;

  constructor(raw: Transport) {
    super();
    this.#raw = raw;
  }

  /** Somebody waits for bytes. */
  set wanted(wanted: boolean) {
    this.#wanted = wanted;
    this.#readOn();
  }

  override _read(): void {
    this.#asked = true;
    this.#readOn();
  }

  #readOn(): void {
    if (!this.#asked || !this.#wanted) return;
    this.#asked = false;
    const into = new Uint8Array(this.#size);
    this.#raw.read(into).then((count) => {
      if (count === null) return void this.push(null);
      if (count === into.length) this.#size = Math.min(into.length * 4, READ_LARGEST);
      else if (count * 8 < into.length) this.#size = READ_START;
      this.push(into.subarray(0, count));
    }).catch((error) => this.destroy(error));
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    writeAll(this.#raw, chunk).then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.#raw.closeWrite();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.close();
    done(error);
  }
}

async function writeAll(raw: Transport, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await raw.write(bytes.subarray(at));
}

/** Throws TransportError where the client may not come in, or has no name: names decide on what it may do. */
function certificateOf(
  socket: tls.TLSSocket,
  clients: ClientCertificates,
  username: "commonName" | "subject" | undefined,
  now: number,
): PeerCertificate {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined || !socket.authorized) throw refused("the client has no certificate");
  const refusal = clients.refusal(certificate, now);
  if (refusal !== undefined) throw refused(refusal);
  const names = Object.entries(socket.getPeerCertificate().subject).flatMap(([key, value]) =>
    [value].flat().map((one): [string, string] => [key, String(one)])
  );
  // deno-lint-ignore no-control-regex
  if (names.length === 0 || /[\0-\x1f\x7f]/.test(names.join())) {
    throw refused("the client's certificate has no name");
  }
  const whole = {
    commonName: names.find(([key]) => key === "CN")?.[1],
    subject: names.map(([key, value]) => `${key}=${escaped(value)}`).join(", "),
  };
  // Without it, the name that the client gives would count.
  if (username !== undefined && !whole[username]) {
    throw refused("the client's certificate has no Common Name");
  }
  return { ...whole, username: username && whole[username] };
}

function refused(message: string): TransportError {
  return new TransportError("CertificateRefused", message);
}

/** So that no name can pass for two: RFC 4514, 2.4. */
function escaped(value: string): string {
  return value.replaceAll(/[,+"\\<>;]|^[ #]| $/g, "\\$&");
}
