// TLS over any Transport. node:tls, for Deno.listenTls can neither ask for a client's certificate nor load another one
// of its own while it listens.
import { Duplex } from "node:stream";
import type tls from "node:tls";
import { errorText } from "../base/error_text.ts";
import type { Certificates } from "./certificates.ts";
import { type PeerCertificate, type Transport, TransportError } from "./transport.ts";

/** An idle connection's read; it grows while reads fill it, up to the largest. */
const READ_START = 4 * 1024;
const READ_LARGEST = 64 * 1024;

/** `raw` as its peer speaks TLS over it. The handshake is part of the first read. */
export function overTls(raw: Transport, certificates: Certificates): Transport {
  return new TlsTransport(raw, certificates);
}

class TlsTransport implements Transport {
  readonly peer: string;
  certificate: PeerCertificate | undefined = undefined;
  readonly #raw: Transport;
  readonly #stream: RawStream;
  readonly #certificates: Certificates;
  #socket: tls.TLSSocket | undefined = undefined;
  /** Read and not asked for yet. */
  #rest: Uint8Array | undefined = undefined;
  /** Lets a read look again. */
  #wake = (): void => {};

  constructor(raw: Transport, certificates: Certificates) {
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
    const socket = await handshake(this.#stream, this.#certificates.server);
    this.#stream.wanted = false;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#wake());
    socket.on("close", () => this.#wake());
    // What failed does not matter: reads and writes reject.
    socket.on("error", () => this.#wake());
    const { clientCa, username } = this.#certificates.options;
    if (clientCa !== undefined) this.certificate = certificateOf(socket, username);
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

/** Throws TransportError where the names cannot be told, for they decide on what the client may do. */
function certificateOf(
  socket: tls.TLSSocket,
  username: "commonName" | "subject" | undefined,
): PeerCertificate {
  const names = Object.entries(socket.getPeerCertificate().subject ?? {}).flatMap(([key, value]) =>
    [value].flat().map((one): [string, string] => [key, String(one)])
  );
  const subject = names.map(([key, value]) => `${key}=${escaped(value)}`).join(", ");
  const commonName = names.find(([key]) => key === "CN")?.[1];
  // deno-lint-ignore no-control-regex
  if (!socket.authorized || subject === "" || /[\0-\x1f\x7f]/.test(names.join())) {
    throw new TransportError("CertificateRefused", "the client's certificate has no name that can be used");
  }
  const whole = { commonName, subject };
  return { ...whole, username: username && whole[username] };
}

/** So that no name can pass for two: RFC 4514, 2.4. */
function escaped(value: string): string {
  return value.replaceAll(/[,+"\\<>;]|^[ #]| $/g, "\\$&");
}
