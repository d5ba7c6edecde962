// The last column of `tail`: what an event tells beside time, client and topic, the most telling part first.
import { visible } from "../../terminal/visible.ts";
import { cutEnd, widthOf } from "../../terminal/width.ts";
import type { LoggedEvent } from "../../reading/event.ts";
import { payloadText } from "./payload.ts";
import type { Paint, Painter } from "../../terminal/style.ts";

interface Part {
  readonly paint: Paint;
  /** Columns without which it is left out, unless it is the first. */
  readonly least: number;
  /** The text in at most so many columns. */
  readonly fit: (room: number) => string;
}

const SEPARATOR = " · ";
const PROTOCOLS: ReadonlyMap<number, string> = new Map([[3, "MQTT 3.1"], [4, "MQTT 3.1.1"], [5, "MQTT 5.0"]]);

/** In at most `width` columns: the first part shortened to fit, others only where they fit. */
export function detailText(
  event: LoggedEvent,
  width: number,
  paint: Painter,
  lineBytes: number | undefined,
): string {
  let text = "";
  let room = width;
  for (const part of partsOf(event, lineBytes)) {
    const gap = text === "" ? 0 : SEPARATOR.length;
    if (gap > 0 && room - gap < part.least) continue;
    const shown = part.fit(room - gap);
    text += (gap > 0 ? paint("dim", SEPARATOR) : "") + paint(part.paint, shown);
    room -= gap + widthOf(shown);
  }
  return text;
}

function partsOf(event: LoggedEvent, lineBytes: number | undefined): Part[] {
  const parts: Part[] = [];
  const reason = event.text("reason");
  if (reason !== undefined) parts.push(whole(reasonPaint(event, reason), reason));
  addAnswer(parts, event);
  addMessage(parts, event, lineBytes);
  addSubscription(parts, event);
  addProtocol(parts, event);
  if (event.text("payload") === undefined) addOrigin(parts, event);
  return parts;
}

function reasonPaint(event: LoggedEvent, reason: string): Paint {
  if (event.text("payload") !== undefined) return "bad";
  return reason === "Disconnect" ? "plain" : "careful";
}

function addAnswer(parts: Part[], event: LoggedEvent): void {
  const answer = event.text("conn_ack");
  if (answer !== undefined) parts.push(whole(isRefused(event) ? "bad" : "plain", answer));
  if (event.flag("session_present") === true) parts.push(whole("plain", "session present"));
}

/** Whether the event is a CONNACK that refuses. */
export function isRefused(event: LoggedEvent): boolean {
  const answer = event.text("conn_ack");
  return answer !== undefined && answer !== "Connection Accepted";
}

function addMessage(parts: Part[], event: LoggedEvent, lineBytes: number | undefined): void {
  const payload = event.text("payload");
  if (payload === undefined) return;
  parts.push({
    paint: payload === "" ? "dim" : "plain",
    least: 6,
    fit: (room) => payloadText(payload, room, lineBytes),
  });
  const type = event.text("from_type");
  if (type === "lastwill") parts.push(whole("careful", "will"));
  const from = event.text("from_clientid");
  if (from !== undefined && event.text("clientid") !== undefined) parts.push(whole("dim", `from ${from}`));
}

function addSubscription(parts: Part[], event: LoggedEvent): void {
  const opts = event.nested("opts");
  if (opts === undefined) return;
  const group = opts.text("group");
  if (group !== undefined) parts.push(whole("plain", `$share ${group}`));
  if (opts.flag("no_local") === true) parts.push(whole("dim", "no local"));
  if (opts.flag("retain_as_published") === true) parts.push(whole("dim", "retain as published"));
  const handling = opts.number("retain_handling");
  if (handling !== undefined && handling !== 0) parts.push(whole("dim", `retain handling ${handling}`));
  const id = opts.number("id");
  if (id !== undefined) parts.push(whole("dim", `id ${id}`));
}

function addProtocol(parts: Part[], event: LoggedEvent): void {
  const version = event.number("proto_ver");
  if (version !== undefined) parts.push(whole("plain", PROTOCOLS.get(version) ?? `MQTT version ${version}`));
  if ((event.flag("clean_session") ?? event.flag("clean_start")) === true) parts.push(whole("dim", "clean"));
  const keepAlive = event.number("keepalive");
  if (keepAlive !== undefined) parts.push(whole("dim", `keep alive ${keepAlive} s`));
}

function addOrigin(parts: Part[], event: LoggedEvent): void {
  const address = event.text("ipaddress");
  if (address !== undefined) parts.push(whole("dim", address));
  const user = event.text("username");
  if (user !== undefined && user !== "undefined") parts.push(whole("dim", `user ${user}`));
}

function whole(paint: Paint, raw: string): Part {
  const text = visible(raw);
  return { paint, least: widthOf(text), fit: (room) => cutEnd(text, room) };
}
