// Addresses as text, and which connections count as one and the same peer.
import type { Address } from "./option.ts";

/** Address and port as they are written: an IPv6 address in brackets. */
export function addressText({ hostname, port }: Address): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * The address of `peer` (address and port, `[fe80::1]:49152`), without the port; of an IPv6 address its first
 * half, for the other half is the host's own to choose. All of `unix:/run/mqtt.sock`.
 */
export function addressOf(peer: string): string {
  if (peer.startsWith("unix:")) return peer;
  if (!peer.startsWith("[")) return peer.slice(0, peer.lastIndexOf(":"));
  const [head = "", tail] = peer.slice(1, peer.indexOf("]")).split("::");
  const groups = head.split(":");
  if (tail !== undefined) {
    const missing = 8 - groups.length - tail.split(":").length;
    groups.push(...new Array<string>(Math.max(missing, 0)).fill("0"), ...tail.split(":"));
  }
  return groups.slice(0, 4).join(":");
}

/** The whole address of `peer`, without its port: what hosts are told apart by, and what rules name. */
export function hostOf(peer: string): string {
  if (peer.startsWith("[")) return peer.slice(1, peer.indexOf("]"));
  if (peer.startsWith("unix:")) return peer;
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}
