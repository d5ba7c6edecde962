// `[http_api]` and RMQTT's rmqtt-http-api.toml, which say the same: where the HTTP API listens, and for whom.
import type { Address, Values } from "../base/option.ts";
import { addressText } from "../base/peer_address.ts";
import { HTTP_API_OPTIONS, type HttpApiOptions } from "../status/options.ts";
import { type Checks, checksOf, optionsOf, textList } from "./_checks.ts";
import type { Document } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";
import type { ForeignKeys } from "./_rmqtt_keys.ts";
import type { ServedListener } from "./config.ts";
import { readTable } from "./_table.ts";
import { isLocal, placeText } from "../listeners/options.ts";

const CHECKS: Checks = { ...checksOf(HTTP_API_OPTIONS), http_hosts: textList("host names") };

const FOREIGN: ForeignKeys = { workers: "", message_retain_available: "", message_storage_available: "" };

/**
 * The options; undefined where it is off, or after an error.
 * @param listeners at whose addresses it cannot be, too
 * @param plugin rmqtt-http-api.toml, where plugins.default_startups has it
 */
export function readHttpApi(
  doc: Document,
  plugin: Document | undefined,
  listeners: readonly ServedListener[],
  cwd: string,
): HttpApiOptions | undefined {
  const written = doc.data["http_api"];
  if (plugin !== undefined && written !== undefined) {
    return void doc.error(["http_api"], `${plugin.file} says the same: write it in one of the two`);
  }
  const [from, path]: [Document, KeyPath] = plugin === undefined ? [doc, ["http_api"]] : [plugin, []];
  const values = readTable(from, path, plugin?.data ?? written, CHECKS, FOREIGN);
  const options = values && checked(from, path, values, cwd);
  if (options?.isWritten) refuseSamePlace(from, path, options, listeners);
  return options;
}

/** The system would refuse the second one only at start, without saying which. */
function refuseSamePlace(
  doc: Document,
  path: KeyPath,
  { hostname, port }: HttpApiOptions,
  listeners: readonly ServedListener[],
): void {
  const text = addressText({ hostname, port });
  const other = port === 0 ? undefined : listeners.find(({ place }) => placeText(place) === text);
  if (other === undefined) return;
  doc.error(
    [...path, "http_laddr"],
    `${text} is already the address of listener.${other.kind}.${other.name}`,
  );
}

function checked(doc: Document, path: KeyPath, values: Values, cwd: string): HttpApiOptions | undefined {
  const { enable, address, ...options } = optionsOf(HTTP_API_OPTIONS, values, cwd);
  if (!enable) return undefined;
  if (options.token === undefined && !isLocal(address)) return refuseOpen(doc, path, address);
  // Checked to be a list of texts.
  const hosts = (values["http_hosts"] ?? []) as readonly string[];
  return { ...options, ...address, hosts, isWritten: doc.has([...path, "http_laddr"]) };
}

function refuseOpen(doc: Document, path: KeyPath, address: Address): undefined {
  doc.error(
    [...path, "http_laddr"],
    `others reach ${
      addressText(address)
    }: set http_bearer_token, as in "\${HOOKLINE_TOKEN}", or an address that only ` +
      'this machine reaches, such as "127.0.0.1:6060"',
  );
}
