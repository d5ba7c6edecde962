// The second word of a rule in `rmqtt-acl.toml`: whom it is about.
import { unknownWord } from "../base/nearest.ts";
import { isTable } from "../base/table.ts";
import { hostOf } from "../base/peer_address.ts";
import type { Peer } from "./access.ts";
import { type AddressMatch, parseAddresses } from "../base/addresses.ts";
import { foundKind } from "./found.ts";
import type { Place, Problems } from "./problems.ts";
import type { SealedPassword } from "./sealed_password.ts";

/** Who asks, with what is left of the password. */
export interface Asking extends Peer {
  readonly sealed: SealedPassword | undefined;
}

/** All that is given must hold; a rule for `"all"` has none of it. */
export interface Who {
  readonly user?: string;
  readonly password?: string;
  readonly clientId?: string;
  readonly addresses?: AddressMatch;
  readonly protocol?: number;
  /** Whoever it is about may do everything. */
  readonly superuser: boolean;
}

const KEYS = ["user", "password", "superuser", "clientid", "ipaddr", "protocol"];

/** @param allow of the rule: only then a password and `superuser` mean something */
export function readWho(value: unknown, allow: boolean, place: Place, problems: Problems): Who | undefined {
  if (value === "all") return { superuser: false };
  if (typeof value === "string") return void problems.error(place, unknownWord("word", value, ["all"]));
  if (!isTable(value)) {
    return void problems.error(
      place,
      `must be "all" or a table with ${KEYS.join(", ")}; found ${foundKind(value)}`,
    );
  }
  const { user, password, superuser, clientid, ipaddr, protocol } = value;
  const addresses = typeof ipaddr === "string" ? parseAddresses(ipaddr) : undefined;
  let sound = true;
  const fault = (key: string, text: string): void => {
    sound = false;
    problems.error([...place, key], text);
  };
  for (const [key, entry] of Object.entries(value)) {
    if (!KEYS.includes(key)) fault(key, unknownWord("key", key, KEYS));
    else if (key === "superuser") {
      if (typeof entry !== "boolean") fault(key, "must be true or false");
      else if (entry && !allow) fault(key, "a rule that denies makes nobody a superuser");
    } else if (key === "protocol") {
      if (entry !== 3 && entry !== 4 && entry !== 5) fault(key, "must be 3 (3.1), 4 (3.1.1) or 5");
    } else if (typeof entry !== "string" || entry === "") {
      fault(key, `must be a string that is not empty; found ${foundKind(entry)}`);
    } else if (key === "ipaddr" && addresses === undefined) {
      fault(key, "must be an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    }
  }
  const narrows = [user, clientid, ipaddr, protocol].some((entry) => entry !== undefined);
  if (sound && !narrows) {
    const text = `names nobody: it needs user, clientid, ipaddr or protocol; for everybody write "all"`;
    return void problems.error(place, text);
  }
  if (sound && password !== undefined && user === undefined) {
    fault("password", "belongs to a user, and none is named");
  }
  if (!sound) return undefined;
  if (password !== undefined && !allow) {
    problems.warn([...place, "password"], "is not looked at: a rule that denies is about the user alone");
  }
  if (superuser === true && password === undefined) {
    problems.warn(place, "makes a superuser without a password: whoever says that it is this one");
  }
  return {
    ...typeof user === "string" && { user },
    ...typeof password === "string" && allow && { password },
    ...typeof clientid === "string" && { clientId: clientid },
    ...addresses !== undefined && { addresses },
    ...typeof protocol === "number" && { protocol },
    superuser: superuser === true,
  };
}

export function isAsking(who: Who, asking: Asking): boolean {
  if (who.user !== undefined && who.user !== asking.username) return false;
  if (who.clientId !== undefined && who.clientId !== asking.clientId) return false;
  if (who.protocol !== undefined && who.protocol !== asking.protocolVersion) return false;
  if (who.addresses !== undefined && !who.addresses(hostOf(asking.address))) return false;
  return who.password === undefined || (asking.sealed?.isOf(who.password) ?? false);
}

export function isEverybody({ user, clientId, addresses, protocol }: Who): boolean {
  return [user, clientId, addresses, protocol].every((narrows) => narrows === undefined);
}
