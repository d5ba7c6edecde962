// `rmqtt-auth-jwt.toml`: who a client is by the token that it sends.
import { compactVerify, type CompactVerifyGetKey } from "jose";
import { isTable } from "../base/table.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { errorText } from "../base/error_text.ts";
import { OnceAMinute } from "../base/once_a_minute.ts";
import { hostOf } from "../base/peer_address.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Credentials, Peer } from "./access.ts";
import { readAclList } from "./acl_list.ts";
import type { Answer, Authenticator } from "./answer.ts";

/** Characters of a token: more is not looked at. */
const LONGEST = 64 * 1024;
/** How far the clock that `nbf` was written by may be ahead of ours, seconds. */
const CLOCK_SKEW = 60;

export const HMAC = ["HS256", "HS384", "HS512"];
export const PUBLIC_KEY = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

export interface AuthJwtOptions {
  readonly from: "password" | "username";
  /** {@link HMAC} or {@link PUBLIC_KEY}: a token signed in another way is not looked at. */
  readonly algorithms: readonly string[];
  readonly key: CompactVerifyGetKey;
  /** A digest of the one key there is; absent for a set of keys, which others join and leave. */
  readonly keyDigest?: string;
  /** `disconnect_if_pub_rejected`. */
  readonly closeIfDenied: boolean;
  /** `disconnect_if_expiry`. */
  readonly closeIfExpired: boolean;
  /** `validate_claims.exp`, `.nbf`. */
  readonly checkExpiry: boolean;
  readonly checkNotBefore: boolean;
  /** The other `validate_claims`: texts of which the claim must be one, with `${clientid}` and its like. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

/** A token that is not to be trusted; the message holds nothing of it. */
class BadToken extends Error {
  override readonly name = "BadToken";
}

export class JwtAuthenticator implements Authenticator, Disposable {
  readonly #options: AuthJwtOptions;
  readonly #clock: Clock;
  readonly #failures: OnceAMinute<string>;

  constructor(options: AuthJwtOptions, clock: Clock, log: Log) {
    this.#options = options;
    this.#clock = clock;
    this.#failures = new OnceAMinute(
      clock,
      (count, error) => log("warn", "tokens were not accepted", { count, last: error }),
    );
  }

  get foundation(): string | undefined {
    return this.#options.keyDigest;
  }

  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const token = this.#options.from === "username"
      ? credentials.username
      : credentials.password && new TextDecoder().decode(credentials.password);
    if (token === undefined || token === "" || token.length > LONGEST) {
      return { refusal: Reason.NotAuthorized };
    }
    return this.#check(token, credentials);
  }

  /** Tells what is untold, and leaves no timer. */
  [Symbol.dispose](): void {
    this.#failures[Symbol.dispose]();
  }

  async #check(token: string, peer: Peer): Promise<Answer> {
    try {
      const { algorithms, key } = this.#options;
      const { payload } = await compactVerify(token, key, { algorithms: [...algorithms] });
      return this.#answer(claimsOf(payload), peer);
    } catch (error) {
      this.#failures.add(errorText(error));
      return { refusal: Reason.NotAuthorized };
    }
  }

  #answer(claims: Readonly<Record<string, unknown>>, peer: Peer): Answer {
    const { closeIfDenied, closeIfExpired, checkExpiry, checkNotBefore } = this.#options;
    const now = this.#clock.now() / 1000;
    const expiry = secondsOf(claims, "exp");
    const notBefore = secondsOf(claims, "nbf");
    if (checkExpiry && expiry !== undefined && expiry <= now) throw new BadToken("it has expired");
    if (checkNotBefore && notBefore !== undefined && notBefore > now + CLOCK_SKEW) {
      throw new BadToken("it is not valid yet");
    }
    for (const [name, expected] of Object.entries(this.#options.claims)) {
      const allowed = expected.map((text) => fill(text, peer));
      if (!textsOf(claims[name]).some((text) => allowed.includes(text))) {
        throw new BadToken(`its claim ${name} is not as it should be`);
      }
    }
    const { superuser, acl } = claims;
    const rules = acl === undefined || acl === null ? undefined : readAclList(acl, peer);
    if (typeof rules === "string") throw new BadToken(rules);
    return {
      superuser: superuser === true,
      closeIfDenied,
      ...rules !== undefined && { rules },
      ...closeIfExpired && expiry !== undefined && { expiresAt: expiry * 1000 },
    };
  }
}

function claimsOf(payload: Uint8Array): Readonly<Record<string, unknown>> {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    // Whatever the parser quotes of it must not reach a log.
    throw new BadToken("its payload is not JSON");
  }
  if (!isTable(claims)) throw new BadToken("its payload is not an object");
  return claims;
}

function secondsOf(claims: Readonly<Record<string, unknown>>, name: "exp" | "nbf"): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw new BadToken(`its claim ${name} is not a number`);
  return value;
}

/** A claim as texts: one, or each of a list. */
function textsOf(claim: unknown): readonly string[] {
  const each = Array.isArray(claim) ? claim : [claim];
  return each.flatMap((value) =>
    typeof value === "string" || typeof value === "number" ? [String(value)] : []
  );
}

/** In one pass. A name that is missing stands for nothing that a claim could be. */
function fill(text: string, peer: Peer): string {
  const names: Readonly<Record<string, string | undefined>> = {
    clientid: peer.clientId,
    username: peer.username,
    ipaddr: hostOf(peer.address),
    protocol: String(peer.protocolVersion),
  };
  return text.replace(/\$\{(clientid|username|ipaddr|protocol)\}/g, (_, name: string) => names[name] ?? "\0");
}
