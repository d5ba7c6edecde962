// What Hookline writes and sends where RMQTT did something else: each difference as a function from RMQTT's step to
// Hookline's.
import type { ProtocolVersion } from "../../src/mqtt/packets.ts";
import type { Line } from "../broker/_world.ts";
import { EVENT_TABLE } from "../hooks/_event_table.ts";

/** A step of the recording, in comparable form. */
export interface RecordedStep {
  readonly scenario: string;
  readonly version: ProtocolVersion;
  readonly name: string;
  readonly lines: readonly Line[];
  readonly wire: readonly string[];
  /** RMQTT's lines of the scenario's earlier steps. */
  readonly before: readonly Line[];
}

export type Rewrite = (
  step: RecordedStep,
) => { readonly lines?: readonly Line[]; readonly wire?: readonly string[] };

const is = (line: Line | undefined, action: string): boolean => line?.["action"] === action;

/** `{ ...line, ...changes }` where `test` holds. */
function changed(
  lines: readonly Line[],
  test: (line: Line) => boolean,
  change: (line: Line) => Line,
): Line[] {
  return lines.map((line) => test(line) ? { ...line, ...change(line) } : line);
}

/** All lines that one client caused stand together, in a step where two clients come at once. */
export const linesOfOneClientTogether: Rewrite = ({ lines }) => {
  const came = new Set(lines.filter((line) => is(line, "client_connect")).map((line) => line["clientid"]));
  if (came.size < 2) return {};
  const cause = (line: Line): unknown => line["from_clientid"] ?? line["clientid"];
  return { lines: [...came].flatMap((client) => lines.filter((line) => cause(line) === client)) };
};

/** A clean start ends the session that is there, with what waits in it. */
export const sessionEndedByCleanStart: Rewrite = ({ lines, before }) => {
  const start = lines.findIndex((line) =>
    is(line, "client_connect") && (line["clean_session"] === true || line["clean_start"] === true)
  );
  const { clientid } = lines[start] ?? {};
  const life = before.filter((line) => line["clientid"] === clientid);
  const session = life.findLast((line) => is(line, "client_connected") || is(line, "session_terminated"));
  if (session === undefined || is(session, "session_terminated")) return {};
  const { node, ipaddress, username, time } = session;
  const reached = life.filter((line) => is(line, "message_delivered") || is(line, "message_dropped"));
  const waiting = life.filter((line) =>
    is(line, "offline_message") && !reached.some(({ payload }) => payload === line["payload"])
  );
  const ended = [
    ...waiting.map((line) => ({ ...line, action: "message_dropped", reason: "Kicked" })),
    { action: "session_terminated", node, ipaddress, clientid, username, reason: "Kicked", time },
  ];
  const next = is(lines[start + 1], "client_disconnected") ? start + 2 : start + 1;
  return { lines: [...lines.slice(0, next), ...ended, ...lines.slice(next)] };
};

/** The Will is published after the line that says why. */
export const willAfterDisconnected: Rewrite = ({ lines }) => {
  const at = lines.findIndex((line) => is(line, "message_publish") && line["from_type"] === "lastwill");
  const [will, gone] = lines.slice(at, at + 2);
  if (at === -1 || will === undefined || gone === undefined || !is(gone, "client_disconnected")) return {};
  return { lines: [...lines.slice(0, at), gone, will, ...lines.slice(at + 2)] };
};

/** A full queue: what goes is told, then what stays. */
export const droppedBeforeQueued: Rewrite = ({ lines }) => {
  const dropped = lines.findIndex((line) => line["reason"] === "MessageQueueFull");
  const [offline, drop] = lines.slice(dropped - 1, dropped + 1);
  if (dropped === -1 || offline === undefined || drop === undefined || !is(offline, "offline_message")) {
    return {};
  }
  const stays = offline["payload"] !== drop["payload"];
  return {
    lines: [...lines.slice(0, dropped - 1), drop, ...(stays ? [offline] : []), ...lines.slice(dropped + 1)],
  };
};

/** The scenario's group has two members, so the other one gets the message; subscribers outside the group come first. */
export const firstMemberFirst: Rewrite = ({ scenario, lines, wire, before }) => {
  const members = ["sa4", "sb4"];
  if (scenario !== "share_4") return {};
  const other = (id: unknown): string => members.find((member) => member !== id) ?? "";
  const addressOf = (id: string): unknown =>
    before.find((line) => is(line, "client_connected") && line["clientid"] === id)?.["ipaddress"];
  const shared = (line: Line): boolean => line["qos"] === 1 && members.some((id) => id === line["clientid"]);
  const swapped = changed(lines, shared, (line) => {
    const clientid = other(line["clientid"]);
    return { clientid, ipaddress: addressOf(clientid) };
  });
  const outside = (line: Line): boolean => is(line, "message_delivered") && !shared(line);
  const at = swapped.findIndex((line) => is(line, "message_delivered"));
  return {
    lines: at === -1 ? swapped : [
      ...swapped.slice(0, at),
      ...swapped.slice(at).filter(outside),
      ...swapped.slice(at).filter((line) => !outside(line)),
    ],
    wire: wire.map((text) => / q1 /.test(text) ? text.replace(/^\w+/, other) : text)
      .toSorted((a, b) => Number(/ q1 /.test(a)) - Number(/ q1 /.test(b))),
  };
};

/** The subscription without `$share` is still there. */
export const unsharedSubscriptionStays: Rewrite = ({ scenario, name, lines, wire, before }) => {
  if (scenario !== "share_4" || name !== "publish with no member left") return {};
  const earlier = before.findLast((line) => is(line, "message_delivered") && line["qos"] === 0);
  const { topic, payload } = lines[0] ?? {};
  return {
    lines: [...lines, { ...earlier, topic, payload }],
    wire: [...wire, `${earlier?.["clientid"]}: PUBLISH ${topic} q0 r0 d0 m0`],
  };
};

/** 0x00 for a PUBLISH received before, 0x10 for a message that reached nobody. */
export const reasonCodesOfAcknowledgements: Rewrite = ({ version, lines, wire }) => {
  if (version < 5) return {};
  const reached = lines.some((line) => is(line, "message_delivered") || is(line, "offline_message"));
  return {
    wire: wire.map((text) => {
      const received = text.replace(/(?<=PUBREC \w{4})91$/, "00");
      return reached ? received : received.replace(/(?<=PUBACK \w{4})00$/, "10");
    }),
  };
};

const REASON_CODES: Readonly<Record<string, string>> = {
  DisconnectWithWillMessage: "0x04",
  NormalDisconnection: "0x00",
  ProtocolError: "0x82",
};

/** The Reason Code's name and the Reason String, without Rust around them. */
export const plainReasons: Rewrite = ({ lines }) => ({
  lines: changed(lines, (line) => /^Disconnect\(/.test(String(line["reason"])), (line) => {
    const text = String(line["reason"]);
    const [, name = "NormalDisconnection"] = /reason_code: (\w+)/.exec(text) ?? [];
    const [, words] = /reason_string: Some\("(.*?)"\)/.exec(text) ?? [];
    if (name === "NormalDisconnection" && words === undefined) return { reason: "Disconnect" };
    return { reason: `Disconnect(${REASON_CODES[name]} ${name}${words === undefined ? "" : `: ${words}`})` };
  }),
});

/** A string, which is empty where there is none. */
export const packetIdAsString: Rewrite = ({ lines }) => ({
  lines: changed(
    lines,
    (line) => "packet_id" in line,
    (line) => ({ packet_id: String(line["packet_id"] ?? "") }),
  ),
});

const OPTS = ["qos", "no_local", "retain_as_published", "retain_handling", "id", "group"];

/** The order of RMQTT's document. */
export const documentOrder: Rewrite = ({ lines }) => ({
  lines: lines.map((line) => {
    const keys = EVENT_TABLE[String(line["action"])]?.map(({ key }) => key) ?? [];
    const opts = line["opts"];
    const ordered = typeof opts === "object" && opts !== null ? { ...line, opts: inOrder(opts, OPTS) } : line;
    return inOrder(ordered, keys);
  }),
});

/** Keys that are not named come last, so that none is lost. */
function inOrder(of: object, keys: readonly string[]): Line {
  const place = (key: string): number => keys.includes(key) ? keys.indexOf(key) : keys.length;
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => place(a) - place(b)));
}
