// The files of the table of decisions, and who asks there.
import { createHash } from "node:crypto";
import type { Sources } from "./_doors.ts";
import { SHIPPED } from "./_shipped.ts";

/** A `$6$` line, which costs no time. */
export function user(name: string, password: string): string {
  const salt = new TextEncoder().encode(`salt of ${name}`.padEnd(12).slice(0, 12));
  const hash = createHash("sha512").update(password).update(salt).digest("base64");
  return `${name}:$6$${salt.toBase64()}$${hash}\n`;
}

const PASSWORDS = "# users of the table\n" + user("alice", "wonder") + user("bob", "builder") +
  user("w+ld", "card") + user("a/b", "slash") + user("dashboard", "dash");

const MOSQUITTO = `
# Lines before the first user are for clients without a name.
topic read public/#
topic hall/door

user alice
topic readwrite alice/#
topic read news/+/headline
topic write log
topic deny alice/secret/#
topic read $SYS/broker/#

user bob
topic read  with space/topic
topic write bob/out

pattern readwrite devices/%c/#
pattern read users/%u/inbox
pattern deny devices/%c/locked
`;

/** Every word that the format has. */
const RULES = `
disconnect_if_pub_rejected = false
priority = 10
rules = [
    ["deny", { ipaddr = "192.0.2.0/24" }, "connect"],
    ["deny", { ipaddr = "2001:db8::/32" }],
    ["deny", { clientid = "stolen" }, "all"],
    ["allow", { user = "root", password = "toor", superuser = true }],
    ["deny", "all", "pubsub", ["secret/#"]],
    ["allow", { protocol = 5 }, "pubsub", ["modern/+"]],
    ["allow", { user = "alice", protocol = 4 }, "publish", ["classic"]],
    ["allow", { clientid = "a1" }, "subscribe", ["one/+/three", { eq = "literal/#" }]],
    ["allow", "all", "pubsub", ["own/%c/#", "user-%u/x", "%c/first"]],
    ["allow", "all", "connect"],
]
`;

/** The documentation's advice for whoever has passwords. */
const CLOSED = `
rules = [
    ["allow", { user = "alice" }, "pubsub", ["a/#"]],
    ["deny", { user = "bob" }, "connect"],
    ["deny", "all"],
]
`;

export const SOURCES = {
  nothing: {},
  passwords: { passwords: PASSWORDS },
  mosquitto: { passwords: PASSWORDS, mosquitto: MOSQUITTO },
  shipped: { rmqtt: SHIPPED.acl },
  guarded: { passwords: PASSWORDS, rmqtt: SHIPPED.acl },
  rules: { rmqtt: RULES },
  closed: { passwords: PASSWORDS, rmqtt: CLOSED },
  both: { passwords: PASSWORDS, mosquitto: MOSQUITTO, rmqtt: CLOSED },
} satisfies Readonly<Record<string, Sources>>;

export interface Who {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly address?: string;
}

export const WHO = {
  nobody: { clientId: "n1" },
  local: { clientId: "l1", address: "127.0.0.1" },
  alice: { clientId: "a1", username: "alice", password: "wonder" },
  wrong: { clientId: "a1", username: "alice", password: "Wonder" },
  silent: { clientId: "a1", username: "alice" },
  stranger: { clientId: "s1", username: "mallory", password: "wonder" },
  bob: { clientId: "b1", username: "bob", password: "builder" },
  wildUser: { clientId: "w1", username: "w+ld", password: "card" },
  wildId: { clientId: "+", username: "alice", password: "wonder" },
  hashId: { clientId: "#", username: "bob", password: "builder" },
  deepId: { clientId: "b1/sub", username: "bob", password: "builder" },
  slashUser: { clientId: "x1", username: "a/b", password: "slash" },
  dollarId: { clientId: "$SYS", username: "bob", password: "builder" },
  dashboard: { clientId: "d1", username: "dashboard", password: "dash" },
  root: { clientId: "r1", username: "root", password: "toor" },
  falseRoot: { clientId: "r1", username: "root", password: "root" },
  stolen: { clientId: "stolen" },
  outside: { clientId: "o1", address: "192.0.2.77" },
  near: { clientId: "o1", address: "192.0.3.77" },
  outside6: { clientId: "o1", address: "[2001:db8::1]" },
} satisfies Readonly<Record<string, Who>>;
