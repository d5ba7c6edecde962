// RMQTT's plugins that decide on clients: rmqtt-acl.toml, rmqtt-auth-http.toml, rmqtt-auth-jwt.toml and
// rmqtt-flapping.toml.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { isTable } from "../base/table.ts";
import {
  type AuthHttpOptions,
  type AuthJwtOptions,
  type Dimension,
  DIMENSIONS,
  type FlappingOptions,
  type FlappingPolicy,
  HMAC,
  type HttpRequest,
  keySet,
  mergeHeaders,
  pemKey,
  PUBLIC_KEY,
  readAclRules,
  remoteKeySet,
  RmqttAcl,
  secretKey,
} from "../access/files.ts";
import {
  AUTH_HTTP_OPTIONS,
  AUTH_JWT_OPTIONS,
  FLAPPING_FILE_OPTIONS,
  FLAPPING_POLICY,
  REQUEST_OPTIONS,
  RMQTT_ACL_OPTIONS,
} from "../access/options.ts";
import { optionsFrom, type OptionsOf, type OptionTable } from "../base/option.ts";
import { anything, type Checks, checksOf, optionsOf, textList } from "./_checks.ts";
import type { Document } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";
import type { ForeignKeys } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";

/** A plugin's options, and which of them is asked first. */
interface WithPriority<Options> {
  readonly options: Options;
  readonly priority: number;
}

/** Reads a file that a key names; an error is the reader's to tell, and then there is no text. */
type ReadSecret = (doc: Document, path: KeyPath, file: string) => string | undefined;

export function readAclPlugin(doc: Document, cwd: string): RmqttAcl | undefined {
  const options = simple(doc, RMQTT_ACL_OPTIONS, { rules: anything() }, cwd);
  const rules = readAclRules(doc.data["rules"], ["rules"], doc);
  return options && rules && new RmqttAcl(rules, options.closeIfDenied);
}

export function readHttpPlugin(doc: Document, cwd: string): WithPriority<AuthHttpOptions> | undefined {
  const others = { http_headers: anything(), http_auth_req: anything(), http_acl_req: anything() };
  const options = simple(doc, AUTH_HTTP_OPTIONS, others, cwd);
  const headers = readHeaders(doc, ["http_headers"], doc.data["http_headers"]);
  const authRequest = readRequest(doc, "http_auth_req", headers ?? {});
  const aclRequest = readRequest(doc, "http_acl_req", headers ?? {});
  if (options === undefined || headers === undefined || authRequest === "wrong" || aclRequest === "wrong") {
    return undefined;
  }
  const { priority, ...plain } = options;
  return {
    priority,
    options: {
      ...plain,
      ...authRequest !== undefined && { authRequest },
      ...aclRequest !== undefined && { aclRequest },
    },
  };
}

function readRequest(
  doc: Document,
  key: string,
  common: Readonly<Record<string, string>>,
): HttpRequest | "wrong" | undefined {
  const value = doc.data[key];
  if (value === undefined) return undefined;
  const checks = { ...checksOf(REQUEST_OPTIONS), headers: anything(), params: anything() };
  const values = readTable(doc, [key], value, checks);
  const { headers: written, params: writtenParams } = isTable(value) ? value : {};
  const headers = readHeaders(doc, [key, "headers"], written);
  const params = readTexts(doc, [key, "params"], writtenParams);
  if (values === undefined || headers === undefined || params === undefined) return "wrong";
  const { url, method } = optionsFrom(REQUEST_OPTIONS, values);
  if (url === undefined) {
    doc.error([key], "url is missing: whom to ask");
    return "wrong";
  }
  if (httpUrl(url) === undefined) {
    doc.error([key, "url"], "must be a URL with http: or https:, without a user and password");
    return "wrong";
  }
  return { url, method, headers: mergeHeaders(common, headers), params };
}

export function readJwtPlugin(
  doc: Document,
  cwd: string,
  readSecret: ReadSecret,
): WithPriority<AuthJwtOptions> | undefined {
  const options = simple(doc, AUTH_JWT_OPTIONS, { validate_claims: anything() }, cwd);
  const claims = readClaims(doc);
  if (options === undefined) return undefined;
  const { encrypt, hmacSecret, hmacBase64, publicKey, jwksFile, jwksUrl, from, priority, ...plain } = options;
  const isHmac = encrypt === "hmac-based";
  const keys = isHmac
    ? readSecretKey(doc, hmacSecret, hmacBase64)
    : readPublicKey(doc, { publicKey, jwksFile, jwksUrl }, cwd, readSecret);
  if (keys === undefined || claims === undefined) return undefined;
  return {
    priority,
    options: { ...plain, ...keys, from, algorithms: isHmac ? HMAC : PUBLIC_KEY, ...claims },
  };
}

type Keys = Pick<AuthJwtOptions, "key" | "keyDigest">;

function readSecretKey(
  doc: Document,
  secret: string | undefined,
  base64: boolean,
): Keys | undefined {
  const key = secret === undefined ? undefined : secretKey(secret, base64);
  if (secret !== undefined && key !== undefined) return { key, keyDigest: digestOf(secret) };
  const problem = secret === undefined ? "is missing" : "must be base64, for hmac_base64 is true";
  return void doc.error(["hmac_secret"], `${problem}: with it tokens are checked`);
}

interface KeyPlaces {
  readonly publicKey: string | undefined;
  readonly jwksFile: string | undefined;
  readonly jwksUrl: string | undefined;
}

function readPublicKey(
  doc: Document,
  { publicKey, jwksFile, jwksUrl }: KeyPlaces,
  cwd: string,
  readSecret: ReadSecret,
): Keys | undefined {
  const given = [publicKey, jwksFile, jwksUrl].filter((place) => place !== undefined);
  if (given.length !== 1) {
    return void doc.error(["encrypt"], "public-key needs exactly one of public_key, jwks_file and jwks_url");
  }
  if (jwksUrl !== undefined) {
    const url = httpUrl(jwksUrl);
    if (url !== undefined) return { key: remoteKeySet(url) };
    return void doc.error(["jwks_url"], "must be a URL with http: or https:, without a user and password");
  }
  const isSet = publicKey === undefined;
  const name = isSet ? "jwks_file" : "public_key";
  const content = readSecret(doc, [name], resolve(cwd, publicKey ?? jwksFile ?? ""));
  if (content === undefined) return undefined;
  const key = isSet ? keySet(content) : pemKey(content);
  if (key !== undefined) return isSet ? { key } : { key, keyDigest: digestOf(content) };
  const what = isSet ? "a JSON Web Key Set" : "a public key or certificate in PEM form";
  return void doc.error([name], `the file does not hold ${what}`);
}

function readClaims(
  doc: Document,
): Pick<AuthJwtOptions, "checkExpiry" | "checkNotBefore" | "claims"> | undefined {
  const value = doc.data["validate_claims"];
  if (value === undefined) return { checkExpiry: true, checkNotBefore: true, claims: {} };
  if (!isTable(value)) return void doc.error(["validate_claims"], "must be a table of claims");
  const { exp = true, nbf = true, ...others } = value;
  let sound = true;
  const fault = (key: string, problem: string): void => {
    sound = false;
    doc.error(["validate_claims", key], problem);
  };
  if (typeof exp !== "boolean") fault("exp", "must be true or false");
  if (typeof nbf !== "boolean") fault("nbf", "must be true or false");
  const claims = Object.entries(others).map(([name, expected]) => {
    const each = Array.isArray(expected) ? expected : [expected];
    if (each.length === 0 || !each.every((it) => typeof it === "string")) {
      fault(name, "must be a text, or a list of texts of which the claim must be one");
    }
    return [name, each.map(String)] as const;
  });
  const checks = { checkExpiry: exp === true, checkNotBefore: nbf === true };
  return sound ? { ...checks, claims: Object.fromEntries(claims) } : undefined;
}

/** Of RMQTT's notices, that it publishes below `$SYS/`, and its housekeeping. */
const FOREIGN_IN_FLAPPING: ForeignKeys = Object.fromEntries(
  [
    ...["gc_interval", "notify_sys_topic", "sys_topic", "sys_topic_qos", "message_expiry_interval"],
    ...["notify_on_every_refusal", "notify_on_unban", "sys_topic_unban"],
  ].map((key) => [key, ""]),
);

/** `undefined` where nothing is watched, or after an error. */
export function readFlappingPlugin(doc: Document, cwd: string): FlappingOptions | undefined {
  const lists = DIMENSIONS.map((dimension) => [`allow_${dimension}s`, textList("names")] as const);
  const others = {
    ...Object.fromEntries(DIMENSIONS.map((dimension) => [`by_${dimension}`, anything()])),
    ...Object.fromEntries(lists),
  };
  const values = readTable(
    doc,
    [],
    doc.data,
    { ...checksOf(FLAPPING_FILE_OPTIONS), ...others },
    FOREIGN_IN_FLAPPING,
  );
  const policies: Partial<Record<Dimension, FlappingPolicy>> = {};
  for (const dimension of DIMENSIONS) {
    const key = `by_${dimension}`;
    const value = doc.data[key];
    const policy = value === undefined ? undefined : readTable(doc, [key], value, checksOf(FLAPPING_POLICY));
    if (policy !== undefined) policies[dimension] = optionsOf(FLAPPING_POLICY, policy, cwd);
  }
  if (values === undefined) return undefined;
  const { enable, most } = optionsOf(FLAPPING_FILE_OPTIONS, values, cwd);
  if (!enable) return undefined;
  // Each list was checked by its field.
  const exempt = (dimension: Dimension): readonly string[] =>
    (doc.data[`allow_${dimension}s`] ?? []) as readonly string[];
  return {
    policies,
    exempt: {
      clientid: exempt("clientid"),
      username: exempt("username"),
      peerhost: exempt("peerhost"),
    },
    most,
  };
}

/** The options of a table, of a file that has `others` too; `undefined` after an error. */
function simple<Table extends OptionTable>(
  doc: Document,
  table: Table,
  others: Checks,
  cwd: string,
): OptionsOf<Table> | undefined {
  const values = readTable(doc, [], doc.data, { ...checksOf(table), ...others });
  return values && optionsOf(table, values, cwd);
}

/** The same, and an HTTP request can carry them. */
function readHeaders(
  doc: Document,
  path: KeyPath,
  value: unknown,
): Readonly<Record<string, string>> | undefined {
  const headers = readTexts(doc, path, value);
  try {
    new Headers(headers);
    return headers;
  } catch {
    // The platform's own sentence would quote the header.
    return void doc.error(path, "must be headers: names of letters, digits and -, and values of one line");
  }
}

/** Names and texts; `undefined` after an error, which shows no value: tokens are among them. */
function readTexts(
  doc: Document,
  path: KeyPath,
  value: unknown,
): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return {};
  if (!isTable(value)) return void doc.error(path, "must be a table of names and texts");
  const wrong = Object.entries(value).filter(([, entry]) => typeof entry !== "string");
  for (const [name] of wrong) doc.error([...path, name], "must be a text in quotes");
  return wrong.length > 0 ? undefined : value as Readonly<Record<string, string>>;
}

function httpUrl(written: string): URL | undefined {
  const url = URL.parse(written);
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return plain ? url : undefined;
}

/** Tells whether a text is another one, and keeps nothing of it. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
