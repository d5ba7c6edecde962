// A whole file of lines against the contract: each line by the table, and the order within each connection.
import assert from "node:assert/strict";
import { checkEvent, type Event, type Version } from "./_event_table.ts";

/**
 * Fails unless each line is compact JSON that the table accepts, and each connection that ended went through
 * client_connect, session_created, client_connack, client_connected, …, client_disconnected, session_terminated.
 * The lines must be those of a broker that has stopped, with every event under its own name.
 * @param killed it was killed on the way: clients that were here then have no client_disconnected
 */
export function checkLines(lines: readonly string[], killed = false): void {
  const connections = new Map<string, Life>();
  for (const line of lines) {
    const event: Event = JSON.parse(line);
    const compact = JSON.stringify(event).replace(
      /[\u0080-\u009f\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    assert.equal(line, compact, "a line is compact JSON without a repeated key, safe to show in a terminal");
    const address = String(event["ipaddress"] ?? event["from_ipaddress"]);
    let life = connections.get(address);
    if (life === undefined) {
      connections.set(address, life = { version: versionOf(event), letters: "", lines: [] });
    }
    checkEvent(event, life.version);
    if (!("ipaddress" in event)) continue; // message_publish, and a drop for all: of nobody's connection
    life.letters += LETTERS[String(event["action"])] ?? ".";
    life.lines.push(line);
  }
  for (const { letters, lines } of connections.values()) {
    if (lines.length === 0) continue; // the operator, who published by HTTP
    const order = killed ? ORDER_KILLED : ORDER;
    assert.match(letters, order, `these lines of one connection are out of order:\n${lines.join("\n")}`);
  }
}

interface Life {
  readonly version: Version;
  letters: string;
  readonly lines: string[];
}

/** One letter for each event whose place is fixed, `.` for those in the middle. */
const LETTERS: Readonly<Record<string, string>> = {
  client_connect: "C",
  session_created: "S",
  client_connack: "A",
  client_connected: "K",
  client_disconnected: "D",
  session_terminated: "T",
  offline_message: "o",
  message_dropped: "x",
  session_unsubscribed: "u",
};

/** A client that left unanswered has C alone, a refused one nothing after A, a resumed session no S, one that lives on no T. */
const ORDER = /^C(A|S?AK[.oxu]*D[oxu]*T?)?$/;

const ORDER_KILLED = /^C(A|S?AK[.oxu]*(D[oxu]*)?T?)?$/;

/** That of the first line of a connection, its client_connect. What nobody speaks is read as the nearest version. */
function versionOf(event: Event): Version {
  const version = event["proto_ver"];
  return version === 3 ? 3 : Number(version) >= 5 ? 5 : 4;
}
