// Hashes of passwords: the forms that a password file may have, checking one, and making one.
import { createHash, pbkdf2, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** Of PBKDF2 in a new hash: some ten milliseconds of one core, for a gateway's devices all come at once. */
const ITERATIONS = 20_000;
const MOST_ITERATIONS = 10_000_000;
/** Bytes that one scrypt hash may take. */
const MOST_SCRYPT_MEMORY = 256 * 1024 * 1024;

const derive = promisify(pbkdf2);
const deriveScrypt = promisify<Uint8Array, Uint8Array, number, object, Uint8Array>(scrypt);

export interface PasswordHash {
  /** Form and cost: equal ones take equally long. */
  readonly cost: string;
  /** On a thread of its own where it takes long. */
  verify(password: Uint8Array): Promise<boolean>;
  /** A hash of nobody's password that takes as long. */
  decoy(): PasswordHash;
}

/** The hash that `text` is, or a sentence on why it is none. No sentence quotes any of it. */
export function parseHash(text: string): PasswordHash | string {
  if (text.startsWith("$6$")) return parseSha512(text.split("$").slice(2));
  if (text.startsWith("$7$")) return parsePbkdf2(text.split("$").slice(2));
  if (text.startsWith("$scrypt$")) return parseScrypt(text.split("$").slice(2));
  if (text.startsWith("$argon2")) {
    return "argon2 is not available here: set the password again with `hookline passwd`, or with " +
      "`mosquitto_passwd -H sha512-pbkdf2`";
  }
  return "the hash must begin with $7$ (PBKDF2), $6$ (SHA-512) or $scrypt$; `hookline passwd` makes one";
}

/** A new hash, in the form that Mosquitto reads too: `$7$ITERATIONS$SALT$HASH`. */
export async function makeHash(password: Uint8Array): Promise<string> {
  const salt = randomBytes(12);
  const hash = await derive(password, salt, ITERATIONS, 64, "sha512");
  return `$7$${ITERATIONS}$${salt.toBase64()}$${hash.toBase64()}`;
}

function parseSha512([salt = "", hash = "", ...more]: readonly string[]): PasswordHash | string {
  const parts = decoded(salt, hash, 64);
  if (parts === undefined || more.length > 0) return "a $6$ hash is written $6$SALT$HASH, both in base64";
  return sha512Hash(parts.salt, parts.hash);
}

function sha512Hash(salt: Uint8Array, hash: Uint8Array): PasswordHash {
  return {
    cost: "$6$",
    verify: (password) => {
      const found = createHash("sha512").update(password).update(salt).digest();
      return Promise.resolve(timingSafeEqual(found, hash));
    },
    decoy: () => sha512Hash(randomBytes(salt.length), randomBytes(64)),
  };
}

function parsePbkdf2([count = "", salt = "", hash = "", ...more]: readonly string[]): PasswordHash | string {
  const parts = decoded(salt, hash, 64);
  const iterations = wholeNumber(count, 1, MOST_ITERATIONS);
  if (parts === undefined || iterations === undefined || more.length > 0) {
    const most = MOST_ITERATIONS;
    return `a $7$ hash is written $7$ITERATIONS$SALT$HASH, with 1 to ${most} iterations and both in base64`;
  }
  return pbkdf2Hash(iterations, parts.salt, parts.hash);
}

function pbkdf2Hash(iterations: number, salt: Uint8Array, hash: Uint8Array): PasswordHash {
  return {
    cost: `$7$${iterations}`,
    verify: async (password) =>
      timingSafeEqual(await derive(password, salt, iterations, hash.length, "sha512"), hash),
    decoy: () => pbkdf2Hash(iterations, randomBytes(salt.length), randomBytes(hash.length)),
  };
}

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** `$scrypt$ln=15,r=8,p=1$SALT$HASH`, both in base64 without padding. */
function parseScrypt(
  [written = "", salt = "", hash = "", ...more]: readonly string[],
): PasswordHash | string {
  const [, ln = "", r = "", p = ""] = /^ln=(\d+),r=(\d+),p=(\d+)$/.exec(written) ?? [];
  const parts = decoded(salt, hash);
  const exponent = wholeNumber(ln, 1, 24);
  const blocks = wholeNumber(r, 1, 64);
  const lanes = wholeNumber(p, 1, 64);
  const wrong = parts === undefined || exponent === undefined || blocks === undefined || lanes === undefined;
  if (wrong || more.length > 0) return "a scrypt hash is written $scrypt$ln=N,r=N,p=N$SALT$HASH";
  const cost = { N: 2 ** exponent, r: blocks, p: lanes };
  if (memoryOf(cost) > MOST_SCRYPT_MEMORY) return "this scrypt hash takes more than 256 MiB to check";
  return scryptHash(cost, parts.salt, parts.hash);
}

function scryptHash(cost: ScryptCost, salt: Uint8Array, hash: Uint8Array): PasswordHash {
  return {
    cost: `$scrypt$${cost.N},${cost.r},${cost.p}`,
    verify: async (password) => {
      const options = { ...cost, maxmem: memoryOf(cost) + 1024 * 1024 };
      return timingSafeEqual(await deriveScrypt(password, salt, hash.length, options), hash);
    },
    decoy: () => scryptHash(cost, randomBytes(salt.length), randomBytes(hash.length)),
  };
}

function memoryOf({ N, r, p }: ScryptCost): number {
  return 128 * r * (N + p);
}

/** @param length bytes that the hash must have; without it, 16 to 64 */
function decoded(
  salt: string,
  hash: string,
  length?: number,
): { salt: Uint8Array; hash: Uint8Array } | undefined {
  const parts = { salt: fromBase64(salt), hash: fromBase64(hash) };
  if (parts.salt === undefined || parts.hash === undefined) return undefined;
  const { length: found } = parts.hash;
  const rightLength = length === undefined ? found >= 16 && found <= 64 : found === length;
  const saltLength = parts.salt.length;
  return rightLength && saltLength >= 1 && saltLength <= 1024
    ? { salt: parts.salt, hash: parts.hash }
    : undefined;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    // The sentence on the form as a whole says what is wrong.
    return undefined;
  }
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
