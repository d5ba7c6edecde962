// The keys that tokens are checked with: a secret, a PEM file, or a set of keys in a file or at a URL.
import { createPublicKey } from "node:crypto";
import {
  type CompactVerifyGetKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWK,
} from "jose";

/** How long the answer of a server of keys may take, and how seldom it is asked again, milliseconds. */
const KEYS_TIMEOUT = 5_000;
const KEYS_COOLDOWN = 30_000;

/** `undefined` where it is not base64, or empty: with no secret everybody could sign. */
export function secretKey(secret: string, base64: boolean): CompactVerifyGetKey | undefined {
  const bytes = base64 ? decoded(secret) : new TextEncoder().encode(secret);
  return bytes === undefined || bytes.length === 0 ? undefined : () => bytes;
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    // The decoder's own error would quote the secret.
    return undefined;
  }
}

/** `undefined` where the text is not a PEM public key or certificate. */
export function pemKey(text: string): CompactVerifyGetKey | undefined {
  if (text.includes("PRIVATE KEY")) return undefined;
  try {
    const key = createPublicKey(text).export({ format: "jwk" }) as JWK;
    return () => key;
  } catch {
    // node:crypto has many sentences for it, and none of them helps.
    return undefined;
  }
}

/** `undefined` where the text is not a JSON Web Key Set. */
export function keySet(text: string): CompactVerifyGetKey | undefined {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch {
    // What is wrong with it would be quoted, and a set may hold secrets.
    return undefined;
  }
}

/** Asked when the first token comes, and again when a key is unknown. */
export function remoteKeySet(url: URL): CompactVerifyGetKey {
  return createRemoteJWKSet(url, { timeoutDuration: KEYS_TIMEOUT, cooldownDuration: KEYS_COOLDOWN });
}
