// Certificate revocation lists (RFC 5280, 5), for node:tls takes them and does not look at them.
import { verify, type X509Certificate } from "node:crypto";

/** By the DER of the signature's algorithm: RSA, ECDSA, Ed25519. SHA-1 is none of them. */
const HASHES: Readonly<Record<string, string | undefined>> = {
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
  "2b6570": undefined,
};

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const BOOLEAN = 0x01;
const OBJECT_IDENTIFIER = 0x06;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const EXTENSIONS = 0xa0;

export interface RevocationList {
  /** Serial numbers as {@link serialOf} writes them. */
  readonly serials: ReadonlySet<string>;
  /** Unix milliseconds; `undefined` where it does not say. */
  readonly nextUpdate: number | undefined;
  /** Whether it is this CA's: its signature verifies. */
  isOf(ca: X509Certificate): boolean;
}

/** All lists of a PEM text. Throws an Error whose message is a phrase. */
export function parseRevocationLists(pem: string): readonly RevocationList[] {
  const blocks = [...pem.matchAll(/-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g)];
  if (blocks.length === 0) throw new Error("is no revocation list in PEM form");
  return blocks.map(([, base64 = ""]) => parseList(base64));
}

/** A certificate's serial number, without leading zeros. */
export function serialOf({ serialNumber }: X509Certificate): string {
  return serialNumber.toLowerCase().replace(/^0+/, "");
}

function parseList(base64: string): RevocationList {
  const parts = new Der(Uint8Array.fromBase64(base64)).enter(SEQUENCE);
  const signed = parts.take(SEQUENCE);
  const algorithm = parts.enter(SEQUENCE).take(OBJECT_IDENTIFIER).content.toHex();
  if (!Object.hasOwn(HASHES, algorithm)) {
    throw new Error("is a revocation list with a signature of an unknown kind");
  }
  const signature = parts.take(BIT_STRING).content.subarray(1);
  return {
    ...readSigned(new Der(signed.content)),
    isOf: ({ publicKey }) => verify(HASHES[algorithm], signed.whole, publicKey, signature),
  };
}

function readSigned(list: Der): Pick<RevocationList, "serials" | "nextUpdate"> {
  if (list.next === INTEGER) list.take(INTEGER); // version
  list.take(SEQUENCE); // algorithm
  list.take(SEQUENCE); // issuer: whose key verifies it
  let nextUpdate: number | undefined;
  for (let count = 0; list.next === UTC_TIME || list.next === GENERALIZED_TIME; count++) {
    const time = timeOf(list.take(list.next).content);
    if (count === 1) nextUpdate = time; // the first is when it was made
  }
  const serials = new Set<string>();
  if (list.next === SEQUENCE) {
    const entries = list.enter(SEQUENCE);
    while (!entries.atEnd) {
      serials.add(entries.enter(SEQUENCE).take(INTEGER).content.toHex().replace(/^0+/, ""));
    }
  }
  if (list.next === EXTENSIONS) refuseCritical(list.enter(EXTENSIONS).enter(SEQUENCE));
  return { serials, nextUpdate };
}

/** UTCTime has two digits of the year, GeneralizedTime four. */
function timeOf(content: Uint8Array): number {
  const text = new TextDecoder().decode(content);
  const [, year = "", ...rest] = /^((?:\d\d)?\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [month = NaN, day, hour, minute, second] = rest.map(Number);
  const century = year.length === 4 ? 0 : Number(year) < 50 ? 2000 : 1900;
  return Date.UTC(century + Number(year), month - 1, day, hour, minute, second);
}

/** Such as those of lists that hold a part, or another CA's certificates. */
function refuseCritical(extensions: Der): void {
  while (!extensions.atEnd) {
    const extension = extensions.enter(SEQUENCE);
    extension.take(OBJECT_IDENTIFIER);
    if (extension.next === BOOLEAN) {
      throw new Error("is a revocation list that does not stand for all of its CA");
    }
  }
}

/** Reads one value of DER after the other. Throws where another one comes than is asked for. */
class Der {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The tag of the next value. */
  get next(): number | undefined {
    return this.#bytes[this.#at];
  }

  take(tag: number): { readonly whole: Uint8Array; readonly content: Uint8Array } {
    const start = this.#at;
    let at = start + 2;
    let length = this.#bytes[start + 1] ?? 0;
    if (length >= 0x80) {
      const end = at + (length & 0x7f);
      for (length = 0; at < end; at++) length = length * 256 + (this.#bytes[at] ?? 0);
    }
    if (this.next !== tag || at + length > this.#bytes.length) {
      throw new Error("is a damaged revocation list");
    }
    this.#at = at + length;
    return { whole: this.#bytes.subarray(start, this.#at), content: this.#bytes.subarray(at, this.#at) };
  }

  enter(tag: number): Der {
    return new Der(this.take(tag).content);
  }
}
