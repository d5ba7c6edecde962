// What a TLS listener shows its peers and asks of them, out of files that may change while it listens.
import { createPrivateKey, X509Certificate } from "node:crypto";
import tls from "node:tls";
import { errorText } from "../base/error_text.ts";
import type { Prepared } from "../base/prepared.ts";
import type { TlsOptions } from "./options.ts";

/** No certificates are near this. */
const MAX_FILE_BYTES = 1024 * 1024;

/** A file cannot be used; `message` is a sentence that names it. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

interface Loaded {
  readonly options: TlsOptions;
  /** Never listens: connections are given to it. */
  readonly server: tls.Server;
  /** Of the certificate that peers are shown. */
  readonly certificate: X509Certificate;
  /** Differs where any file does. */
  readonly stamp: string;
}

export class Certificates {
  readonly #protocol: string;
  #loaded: Loaded;

  /**
   * Throws CertificateError.
   * @param protocol what is spoken over TLS, by its ALPN name
   */
  constructor(options: TlsOptions, protocol: string) {
    this.#protocol = protocol;
    this.#loaded = load(options, protocol);
  }

  get server(): tls.Server {
    return this.#loaded.server;
  }

  get options(): TlsOptions {
    return this.#loaded.options;
  }

  /** When the certificate that peers are shown expires, Unix milliseconds. */
  get expiresAt(): number {
    return this.#loaded.certificate.validToDate.getTime();
  }

  /** Reads the files again: for connections that come after the commit. Throws CertificateError. */
  prepare(options: TlsOptions): Prepared {
    const loaded = load(options, this.#protocol);
    return { commit: () => this.#loaded = loaded, abandon: () => {}, afterRestart: [] };
  }

  /** Has the files as they are now; whether they had changed. Throws CertificateError, and then nothing changes. */
  refresh(): boolean {
    const { options, stamp } = this.#loaded;
    if (stampOf(options) === stamp) return false;
    this.prepare(options).commit();
    return true;
  }
}

function load(options: TlsOptions, protocol: string): Loaded {
  const { cert, key, clientCa } = options;
  // Before the files are read: what changes meanwhile is read again next time.
  const stamp = stampOf(options);
  const files = { cert: read(cert), key: read(key), ...clientCa !== undefined && { ca: read(clientCa) } };
  const certificate = parsed(cert, "a certificate", () => new X509Certificate(files.cert));
  const privateKey = parsed(key, "a private key without a passphrase", () => createPrivateKey(files.key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new CertificateError(`${key} is not the private key of the certificate in ${cert}`);
  }
  if (clientCa !== undefined) parsed(clientCa, "certificates", () => new X509Certificate(files.ca ?? ""));
  try {
    const server = tls.createServer({
      ...files,
      minVersion: "TLSv1.2",
      requestCert: clientCa !== undefined,
      rejectUnauthorized: clientCa !== undefined,
      ALPNProtocols: [protocol],
    });
    return { options, server, certificate, stamp };
  } catch (error) {
    throw new CertificateError(`TLS cannot use ${cert}: ${errorText(error)}`);
  }
}

/** Links are followed: a link that leads elsewhere is a change. A file that is not there has a stamp too. */
function stampOf({ cert, key, clientCa }: TlsOptions): string {
  return [cert, key, clientCa].map((path) => {
    if (path === undefined) return "";
    try {
      const { mtime, size, ino, dev } = Deno.statSync(path);
      return `${mtime?.getTime()} ${size} ${dev}:${ino}`;
    } catch {
      // Whoever reads it tells why it cannot be had.
      return "none";
    }
  }).join("; ");
}

function read(path: string): string {
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile || size > MAX_FILE_BYTES) throw new CertificateError(`${path} is no file of certificates`);
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new CertificateError(`${path} does not exist`);
    throw new CertificateError(`${path} cannot be read: ${errorText(error)}`);
  }
}

/** @param what the file must hold */
function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    // OpenSSL's own words help nobody.
    throw new CertificateError(`${path} is not ${what} in PEM form`);
  }
}
