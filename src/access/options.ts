// The options of this room, as the main file has them, and all that its own files come to.
import { optionTable } from "../base/option.ts";
import type { AuthHttpOptions } from "./auth_http.ts";
import type { AuthJwtOptions } from "./auth_jwt.ts";
import type { FlappingOptions } from "./flapping.ts";
import type { MosquittoAcl } from "./mosquitto_acl.ts";
import type { PasswordFile } from "./password_file.ts";
import type { RmqttAcl } from "./rmqtt_acl.ts";

/** Who is asked about a client, in the order without `auth.order`. */
export const AUTHENTICATORS = ["certificate", "password_file", "http", "jwt"] as const;
export type AuthenticatorName = (typeof AUTHENTICATORS)[number];

/** `[auth]`, but for `order`, which is a list. */
export const AUTH_OPTIONS = optionTable({
  passwordFile: {
    key: "auth.password_file",
    kind: "path",
    what: "a file",
    sample: "passwords",
    doc: "Users and their passwords: `hookline passwd FILE USER` adds one. Mosquitto's files are read too. " +
      "With it, allow_anonymous of a listener is false where it is not written.",
  },
});

/** `[acl]` */
export const ACL_OPTIONS = optionTable({
  mosquittoFile: {
    key: "acl.mosquitto_file",
    kind: "path",
    what: "a file",
    sample: "acl",
    doc: "What users may do, in Mosquitto's form: user, topic and pattern lines. What it does not allow is " +
      "denied.",
  },
});

/** `disconnect_if_pub_rejected`, which three files have. */
const CLOSE_IF_DENIED = {
  key: "disconnect_if_pub_rejected",
  kind: "boolean",
  default: true,
  doc: "A denied PUBLISH ends the connection of a 3.x client, which cannot be told no.",
} as const;

/** Each file counts from the highest on: who is asked first without `auth.order`. */
function priority(
  value: number,
): { key: "priority"; kind: "integer"; min: 0; max: number; default: number; doc: string } {
  return {
    key: "priority",
    kind: "integer",
    min: 0,
    max: 1_000_000,
    default: value,
    doc: "Who is asked first, where auth.order says nothing: the highest.",
  };
}

const CLOSE_IF_EXPIRED = {
  key: "disconnect_if_expiry",
  kind: "boolean",
  default: false,
  doc: "The connection ends when the login does.",
} as const;

/** `rmqtt-acl.toml`, but for `rules`. */
export const RMQTT_ACL_OPTIONS = optionTable({ closeIfDenied: CLOSE_IF_DENIED, priority: priority(10) });

/** `rmqtt-auth-http.toml`, but for its requests and headers. */
export const AUTH_HTTP_OPTIONS = optionTable({
  timeout: {
    key: "http_timeout",
    kind: "duration",
    min: 100,
    max: 60_000,
    default: 5_000,
    doc: "From the question to its answer.",
  },
  denyIfError: {
    key: "deny_if_error",
    kind: "boolean",
    default: true,
    doc: "Without a clear answer a client is denied; otherwise the next one is asked.",
  },
  closeIfDenied: CLOSE_IF_DENIED,
  closeIfExpired: CLOSE_IF_EXPIRED,
  priority: priority(100),
});

/** `http_auth_req` and `http_acl_req` of it, but for their headers and params. */
export const REQUEST_OPTIONS = optionTable({
  url: { key: "url", kind: "text", what: "a URL", doc: "Whom to ask." },
  method: { key: "method", kind: "choice", choices: ["post", "get", "put"], default: "post", doc: "How." },
});

/** `rmqtt-auth-jwt.toml`, but for `validate_claims`. */
export const AUTH_JWT_OPTIONS = optionTable({
  from: {
    key: "from",
    kind: "choice",
    choices: ["password", "username"],
    default: "password",
    doc: "Where the token is.",
  },
  encrypt: {
    key: "encrypt",
    kind: "choice",
    choices: ["hmac-based", "public-key"],
    default: "hmac-based",
    doc: "How tokens are signed.",
  },
  hmacSecret: { key: "hmac_secret", kind: "text", what: "a secret", doc: "Of hmac-based tokens." },
  hmacBase64: { key: "hmac_base64", kind: "boolean", default: false, doc: "hmac_secret is in base64." },
  publicKey: {
    key: "public_key",
    kind: "path",
    what: "a PEM file",
    doc: "Of public-key tokens: RSA, EC or Ed25519.",
  },
  jwksFile: { key: "jwks_file", kind: "path", what: "a file", doc: "Instead of public_key: a set of keys." },
  jwksUrl: {
    key: "jwks_url",
    kind: "text",
    what: "a URL",
    doc: "Instead of public_key: where a set of keys is.",
  },
  closeIfDenied: CLOSE_IF_DENIED,
  closeIfExpired: CLOSE_IF_EXPIRED,
  priority: priority(50),
});

/** `rmqtt-flapping.toml`, but for its policies and exemptions. */
export const FLAPPING_FILE_OPTIONS = optionTable({
  enable: { key: "enable", kind: "boolean", default: true, doc: "CONNECTs are counted at all." },
  most: {
    key: "max_track",
    kind: "integer",
    min: 1,
    max: 10_000_000,
    default: 100_000,
    doc: "Client Identifiers, usernames and addresses that are remembered, each.",
  },
});

/** `by_clientid`, `by_username` and `by_peerhost` of it. */
export const FLAPPING_POLICY = optionTable({
  window: {
    key: "window_time",
    kind: "duration",
    min: 1_000,
    max: 86_400_000,
    default: 60_000,
    doc: "In which CONNECTs are counted.",
  },
  count: {
    key: "max_count",
    kind: "integer",
    min: 1,
    max: 1_000_000,
    default: 15,
    doc: "The CONNECT that reaches it is refused, and begins the ban.",
  },
  ban: {
    key: "ban_time",
    kind: "duration",
    min: 1_000,
    max: 31_536_000_000,
    default: 300_000,
    doc: "How long the ban lasts.",
  },
});

/** Everything that decides on clients, checked. What is absent is asked nothing. */
export interface AccessOptions {
  readonly order: readonly AuthenticatorName[];
  readonly passwordFile?: PasswordFile;
  readonly http?: AuthHttpOptions;
  readonly jwt?: AuthJwtOptions;
  readonly mosquittoAcl?: MosquittoAcl;
  readonly rmqttAcl?: RmqttAcl;
  readonly flapping?: FlappingOptions;
  /** By file, a digest of what stands in it: what tells whether a reload changed it. */
  readonly files: ReadonlyMap<string, string>;
}

export const NO_ACCESS_OPTIONS: AccessOptions = { order: AUTHENTICATORS, files: new Map() };
