// Which addresses a rule names: one address, or a network in CIDR notation, IPv4 or IPv6.
import { BlockList, isIP } from "node:net";

/** Whether an address, without its port, is meant. */
export type AddressMatch = (address: string) => boolean;

/** What `text` names: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`; `undefined` where it is none of these. */
export function parseAddresses(text: string): AddressMatch | undefined {
  const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return undefined;
  const list = new BlockList();
  list.addSubnet(address, length, family === 4 ? "ipv4" : "ipv6");
  return (asked) => {
    const plain = withoutZone(asked);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
}

/** An IPv4 address that came through an IPv6 socket is that IPv4 address. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
}
