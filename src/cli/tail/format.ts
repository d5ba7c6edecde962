// One event as one row of `tail`: time, event, client, topic, flags, detail.
import { visible } from "../../terminal/visible.ts";
import { cutEnd, cutMiddle, pad } from "../../terminal/width.ts";
import { detailText, isRefused } from "./detail.ts";
import { type LoggedEvent, parseEvent } from "../../reading/event.ts";
import { layoutFor } from "./layout.ts";
import { isCut, type Line } from "../../reading/line.ts";
import type { Paint, Painter } from "../../terminal/style.ts";

export interface RowStyle {
  /** Columns of a row; `undefined`: no end. */
  readonly columns: number | undefined;
  readonly paint: Painter;
  /** Shorten nothing. */
  readonly full: boolean;
}

/** The row of an event, without newline and free of control characters other than its own colours. */
export function formatEvent(event: LoggedEvent, line: Line, style: RowStyle): string {
  const { paint, full } = style;
  const layout = layoutFor(style.columns);
  const action = visible(event.text("action") ?? "?");
  const client = visible(event.text("clientid") ?? event.text("from_clientid") ?? "");
  const topic = event.text("topic");
  const lineBytes = isCut(line) ? line.bytes : undefined;
  const cells = [
    paint("dim", timeOf(event, layout.milliseconds)),
    paint(paintOf(action, event), pad(full ? action : cutMiddle(action, layout.event), layout.event)),
    paint("bold", pad(full ? client : cutMiddle(client, layout.client), layout.client)),
  ];
  if (topic === undefined) {
    cells.push(detailText(event, full ? Infinity : layout.wideDetail, paint, lineBytes));
  } else {
    const name = visible(topic);
    cells.push(
      pad(full ? name : cutMiddle(name, layout.topic), layout.topic),
      paint("dim", pad(flagsOf(event), layout.flags)),
      detailText(event, full ? Infinity : layout.detail, paint, lineBytes),
    );
  }
  return cells.join(" ").trimEnd();
}

/** A line that is no event, as it is but harmless. */
export function formatOther(line: Line, style: RowStyle): string {
  const width = style.full ? Infinity : style.columns ?? Infinity;
  return style.paint("dim", cutEnd(visible(line.text), width));
}

/** The day of an event, `2026-11-24`; `undefined` where the line has none. */
export function dayOf(event: LoggedEvent): string | undefined {
  return /^\d{4}-\d\d-\d\d(?= )/.exec(event.text("time") ?? "")?.[0];
}

/** Formats line after line, with a heading whenever the day changes. The style is asked anew for each. */
export function rowFormatter(style: () => RowStyle): (line: Line) => string {
  let day: string | undefined;
  return (line) => {
    const now = style();
    const event = parseEvent(line);
    if (event === undefined) return `${formatOther(line, now)}\n`;
    const itsDay = dayOf(event);
    const heading = itsDay === undefined || itsDay === day ? "" : `${now.paint("dim", `── ${itsDay} ──`)}\n`;
    day = itsDay ?? day;
    return `${heading}${formatEvent(event, line, now)}\n`;
  };
}

function timeOf(event: LoggedEvent, milliseconds: boolean): string {
  const time = /^\d{4}-\d\d-\d\d (\d\d:\d\d:\d\d)(\.\d{3})?/.exec(event.text("time") ?? "");
  const width = milliseconds ? 12 : 8;
  return ((time?.[1] ?? "") + (time?.[2] ?? "")).slice(0, width).padEnd(width);
}

function flagsOf(event: LoggedEvent): string {
  const qos = event.number("qos") ?? event.nested("opts")?.number("qos");
  const marks = (event.flag("retain") === true ? "r" : "") + (event.flag("dup") === true ? "d" : "");
  return `${qos === undefined ? "  " : `q${qos}`} ${marks}`.trimEnd();
}

/** Trouble first, then by the event's name, then (an action of the operator's own) by what the line holds. */
function paintOf(action: string, event: LoggedEvent): Paint {
  const isMessage = event.text("payload") !== undefined;
  if (isRefused(event) || (isMessage && event.text("reason") !== undefined)) return "bad";
  if (action.startsWith("offline_")) return "careful";
  if (isMessage) return "message";
  return action.startsWith("session_") ? "session" : "client";
}
