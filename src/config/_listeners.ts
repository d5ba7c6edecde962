// `[listener.<kind>.<name>]`: where clients connect and what they may ask for.
import * as v from "valibot";
import { parseAddresses } from "../base/addresses.ts";
import type { Values } from "../base/option.ts";
import { isTable } from "../base/table.ts";
import { LISTENER_OPTIONS } from "../broker/options.ts";
import {
  isSocketFile,
  type Kind,
  LISTENER_KINDS,
  type ListenOptions,
  type Place,
  placeText,
  PROXY_OPTIONS,
  TLS_OPTIONS,
  type TlsOptions,
  UNIX_OPTIONS,
  WEB_SOCKET_OPTIONS,
} from "../listeners/options.ts";
import { type Check, checksOf, optionsOf } from "./_checks.ts";
import type { Document, Table } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";
import { guarded } from "./_read_file.ts";
import { FOREIGN_IN_LISTENER } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";
import type { ServedListener } from "./config.ts";

/** `[listener.tcp]` and its like: a table of named tables. */
const NAMED: Check<Table> = v.custom<Table>(
  isTable,
  "must be a table of named listeners, as in [listener.tcp.external]",
);

const KINDS = Object.keys(LISTENER_KINDS) as Kind[];

/** Of the path of a Unix socket, bytes: what every system has. */
const LONGEST_SOCKET = 103;

/** A kind of RMQTT's that Hookline does not serve; what stands in its tables is not looked at. */
const UNSERVED = "quic";

/** All enabled listeners of `[listener]`; the default one where no listener of any kind is written. */
export function readListeners(doc: Document, value: unknown, cwd: string): readonly ServedListener[] {
  const checks = Object.fromEntries([...KINDS, UNSERVED].map((kind) => [kind, NAMED]));
  const tables = readTable(doc, ["listener"], value, checks);
  if (tables === undefined) return [];
  warnUnserved(doc, tables[UNSERVED]);
  const named = Object.keys(tables).length === 0 ? { tcp: { default: {} } } : tables;
  const listeners = KINDS.flatMap((kind) =>
    Object.entries(named[kind] ?? {}).map(([name, table]) => readListener(doc, kind, name, table, cwd))
  );
  if (listeners.every((listener) => listener === "off")) {
    doc.error(
      ["listener"],
      `has no listener that is served and enabled, so no client could connect; the kinds are ${
        KINDS.join(", ")
      }`,
    );
  }
  const enabled = listeners.filter((listener) => listener !== undefined && listener !== "off");
  refuseSamePlace(doc, enabled);
  return enabled;
}

/** `"off"` when it is not enabled, `undefined` after an error. */
function readListener(
  doc: Document,
  kind: Kind,
  name: string,
  value: unknown,
  cwd: string,
): ServedListener | "off" | undefined {
  const path = ["listener", kind, name];
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    doc.error(path, "a listener's name has 1 to 64 letters, digits, dots, - and _");
    return undefined;
  }
  const rows = LISTENER_KINDS[kind];
  const values = readTable(doc, path, value, checksOf(rows, LISTENER_OPTIONS), FOREIGN_IN_LISTENER);
  if (values === undefined) return undefined;
  const options = optionsOf(LISTENER_OPTIONS, values, cwd);
  const { minKeepAlive, maxKeepAlive } = options;
  if (minKeepAlive > maxKeepAlive) {
    const key = values["min_keepalive"] === undefined ? "max_keepalive" : "min_keepalive";
    const problem = `min_keepalive (${minKeepAlive}) must not exceed max_keepalive (${maxKeepAlive})`;
    doc.error([...path, key], problem);
    return undefined;
  }
  if (values["enable"] === false) return "off";
  const own = listenOptions(doc, path, kind, values, cwd);
  return own && { kind, name, ...own, options };
}

/** `undefined` after an error. */
function listenOptions(
  doc: Document,
  path: KeyPath,
  kind: Kind,
  values: Values,
  cwd: string,
): ListenOptions | undefined {
  if (kind === "unix") return unixOptions(doc, path, values, cwd);
  const { address: place, nodelay } = optionsOf(LISTENER_KINDS[kind], values, cwd);
  const { isBehindProxy, timeout, trusted } = optionsOf(PROXY_OPTIONS, values, cwd);
  const matches = trusted.flatMap((text) => parseAddresses(text) ?? []);
  const proxy = { timeout, isTrusted: (asked: string) => matches.some((match) => match(asked)) };
  if (isBehindProxy && values["proxy_protocol_trusted"] === undefined) {
    doc.warn(
      [...path, "proxy_protocol"],
      "only proxies on this machine may connect: name others in proxy_protocol_trusted",
    );
  }
  const tls = kind === "tls" || kind === "wss" ? tlsOptions(doc, path, values, cwd) : undefined;
  if (tls === "unusable") return undefined;
  const webSocket = kind === "ws" || kind === "wss" ? optionsOf(WEB_SOCKET_OPTIONS, values, cwd) : undefined;
  if (webSocket !== undefined && !/^\/[^\s?#]*$/.test(webSocket.path)) {
    doc.refuse([...path, "path"], "must be a path that begins with /");
    return undefined;
  }
  return { place, nodelay, ...isBehindProxy && { proxy }, ...tls && { tls }, ...webSocket && { webSocket } };
}

/** Likewise. */
function unixOptions(doc: Document, at: KeyPath, values: Values, cwd: string): ListenOptions | undefined {
  const { path, mode } = optionsOf(UNIX_OPTIONS, values, cwd);
  if (path === undefined) return void doc.error(at, 'needs path, such as "/run/hookline/mqtt.sock"');
  if (new TextEncoder().encode(path).length > LONGEST_SOCKET) {
    return void doc.error(
      [...at, "path"],
      `${path} is longer than ${LONGEST_SOCKET} bytes, as no socket's path may be`,
    );
  }
  return { place: { path, mode }, nodelay: false };
}

function tlsOptions(doc: Document, path: KeyPath, values: Values, cwd: string): TlsOptions | "unusable" {
  const { cert, key, crossCertificate, clientCa, clientCrl, usernameIsCommonName, usernameIsSubject } =
    optionsOf(
      TLS_OPTIONS,
      values,
      cwd,
    );
  if (cert === undefined || key === undefined) {
    doc.error(path, "needs cert and key: PEM files of a certificate and its private key");
    return "unusable";
  }
  if (crossCertificate && clientCa === undefined) {
    doc.error([...path, "cross_certificate"], "needs client_ca_certs: the CAs whose clients may connect");
    return "unusable";
  }
  const username = usernameIsSubject ? "subject" : usernameIsCommonName ? "commonName" : undefined;
  if (username !== undefined && !crossCertificate) {
    const of = usernameIsSubject ? "cert_subject_dn_as_username" : "cert_cn_as_username";
    doc.warn(
      [...path, of],
      "has no effect without cross_certificate = true: no client is asked for a certificate",
    );
  }
  const { refusal, warning } = guarded(key);
  if (warning !== undefined) doc.warn([...path, "key"], `${key} ${warning}`);
  const open = [
    ["key", refusal],
    ["client_ca_certs", clientCa && guarded(clientCa).refusal],
    ["client_crls", clientCrl && guarded(clientCrl).refusal],
  ] as const;
  for (const [name, problem] of open) if (problem) doc.error([...path, name], problem);
  return {
    cert,
    key,
    ...crossCertificate && { clientCa, ...clientCrl !== undefined && { clientCrl } },
    ...username && { username },
  };
}

/** The system would refuse the second one only at start, without saying which. */
function refuseSamePlace(doc: Document, listeners: readonly ServedListener[]): void {
  const takenBy = new Map<string, string>();
  for (const { kind, name, place } of listeners) {
    const text = placeText(place);
    if (isAnyPort(place)) continue;
    const other = takenBy.get(text);
    if (other === undefined) takenBy.set(text, `${kind}.${name}`);
    else {doc.error(
        ["listener", kind, name, isSocketFile(place) ? "path" : "addr"],
        `${text} is already the address of listener.${other}`,
      );}
  }
}

function isAnyPort(place: Place): boolean {
  return !isSocketFile(place) && place.port === 0;
}

function warnUnserved(doc: Document, named: Table | undefined): void {
  for (const [name, table] of Object.entries(named ?? {})) {
    const path = ["listener", UNSERVED, name];
    if (isTable(table) && table["enable"] === false) doc.unused(path);
    else doc.warn(path, `this listener is not served: Hookline has no ${UNSERVED} listeners`);
  }
}
