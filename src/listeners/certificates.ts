// What a TLS listener shows its peers and asks of them, out of files that may change while it listens.
import { createPrivateKey, type X509Certificate } from "node:crypto";
import tls from "node:tls";
import { errorText } from "../base/error_text.ts";
import type { Prepared } from "../base/prepared.ts";
import { ClientCertificates, parseCertificates } from "./_client_certificates.ts";
import type { TlsOptions } from "./options.ts";

/** No file of certificates is near this; lists of revoked ones may be. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A file cannot be used; `message` is a sentence that names it. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

/** When something ends that the listener needs. */
export interface Expiry {
  readonly file: string;
  readonly kind: "certificate" | "revocation list";
  /** Of the certificate, or of the CA whose list it is, in one line. */
  readonly subject: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** What the files say, all of one moment. */
export interface Loaded {
  readonly options: TlsOptions;
  /** Never listens: connections are given to it. */
  readonly server: tls.Server;
  /** Where clients must have a certificate. */
  readonly clients: ClientCertificates | undefined;
  readonly expiries: readonly Expiry[];
}

export class Certificates {
  readonly #protocol: string;
  #loaded: Loaded;
  /** Of the files when they were last read. */
  #stamp: string;

  /**
   * Throws CertificateError.
   * @param protocol what is spoken over TLS, by its ALPN name
   */
  constructor(options: TlsOptions, protocol = "mqtt") {
    this.#protocol = protocol;
    // Before the files are read: what changes meanwhile is read again.
    this.#stamp = stampOf(options);
    this.#loaded = load(options, protocol);
  }

  get loaded(): Loaded {
    return this.#loaded;
  }

  /** Reads the files again: for connections that come after the commit. Throws CertificateError. */
  prepare(options: TlsOptions): Prepared {
    const stamp = stampOf(options);
    const loaded = load(options, this.#protocol);
    return {
      commit: () => {
        this.#loaded = loaded;
        this.#stamp = stamp;
      },
      abandon: () => {},
      afterRestart: [],
    };
  }

  /**
   * Has the files as they are now; whether they had changed. Throws CertificateError where they cannot be
   * used: then
   * it stays as it is, and looks at them again when they change again.
   */
  refresh(): boolean {
    const { options } = this.#loaded;
    const stamp = stampOf(options);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    this.prepare(options).commit();
    return true;
  }
}

function load(options: TlsOptions, protocol: string): Loaded {
  const { cert, key, clientCa, clientCrl } = options;
  const files = { cert: read(cert), key: read(key), ...clientCa !== undefined && { ca: read(clientCa) } };
  const [own] = parsed(cert, "certificates in PEM form", () => parseCertificates(files.cert));
  const privateKey = parsed(
    key,
    "a private key in PEM form without a passphrase",
    () => createPrivateKey(files.key),
  );
  if (!own.checkPrivateKey(privateKey)) {
    throw new CertificateError(`${key} is not the private key of the certificate in ${cert}`);
  }
  const expiries = [expiryOf(cert, own)];
  let clients: ClientCertificates | undefined;
  if (clientCa !== undefined) {
    const authorities = parsed(clientCa, "certificates in PEM form", () => parseCertificates(files.ca ?? ""));
    expiries.push(...authorities.map((certificate) => expiryOf(clientCa, certificate)));
    const lists = clientCrl === undefined ? undefined : read(clientCrl);
    try {
      clients = new ClientCertificates(authorities, lists);
      for (const { certificate, listEnds: at } of clients.authorities) {
        if (at === undefined) continue;
        expiries.push({ ...expiryOf(clientCrl ?? "", certificate), kind: "revocation list", at });
      }
    } catch (error) {
      throw new CertificateError(`${clientCrl} ${errorText(error)}`);
    }
  }
  const server = tls.createServer({
    ...files,
    minVersion: "TLSv1.2",
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
    ALPNProtocols: [protocol],
  });
  return { options, server, clients, expiries };
}

function expiryOf(file: string, { subject, validToDate }: X509Certificate): Expiry {
  return {
    file,
    kind: "certificate",
    subject: (subject ?? "").replaceAll("\n", ", "),
    at: validToDate.getTime(),
  };
}

/** Links are followed: a link that leads elsewhere is a change. A file that is not there has a stamp too. */
function stampOf({ cert, key, clientCa, clientCrl }: TlsOptions): string {
  return [cert, key, clientCa, clientCrl].map((path) => {
    if (path === undefined) return "";
    try {
      const { mtime, ctime, size, ino, dev } = Deno.statSync(path);
      return `${mtime?.getTime()} ${ctime?.getTime()} ${size} ${dev}:${ino}`;
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
    if (error instanceof Deno.errors.PermissionDenied) throw new CertificateError(`${path} may not be read`);
    throw new CertificateError(`${path} cannot be read: ${errorText(error)}`);
  }
}

/** @param what the file must hold */
function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    // OpenSSL's own words help nobody.
    throw new CertificateError(`${path} does not hold ${what}`);
  }
}
