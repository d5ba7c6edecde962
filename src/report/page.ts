// The page: one HTML document that needs nothing else, and in which nothing of the log is more than text.
import type { Cell } from "../query/read_only.ts";
import { columnChart, legend, type Series, tableBar, timeChart } from "./charts.ts";
import { type Figures, GAP, MOST_ROWS, type Reason, type StepEvent } from "./figures.ts";
import {
  bytesText,
  cellHtml,
  escaped,
  millisecondsText,
  numberText,
  percentText,
  rateText,
  shown,
} from "./html.ts";
import { bucketLabel, byPowerOfTwo, countOf, percentile } from "./percentiles.ts";
import { STYLE } from "./style.ts";
import { durationText } from "./time_axis.ts";

export interface About {
  /** What the log is called: its files. */
  readonly name: string;
  /** `all events`, or what was chosen. */
  readonly narrowing: string;
  /** What made it: `hookline 0.1.0`. */
  readonly program: string;
  /** When, local time. */
  readonly time: string;
}

export async function pageOf(figures: Figures, about: About): Promise<string> {
  const style = new TextEncoder().encode(STYLE);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", style)).toBase64();
  // Nothing is loaded and nothing runs, whatever a payload may say; the style is known by its hash.
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const name = escaped(shown(about.name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${name} – Hookline report</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="brand">Hookline report</p>
<h1>${name}</h1>
<p class="note">${escaped(spanText(figures))}${narrowed(about)}</p>
</header>
${tiles(figures)}
${sections(figures).join("\n")}
<footer>Made by ${escaped(about.program)} at ${
    escaped(about.time)
  }. Times are the log's own local time.</footer>
</main>
</body>
</html>
`;
}

function spanText({ axis }: Figures): string {
  if (axis === undefined) return "No line with a time in it.";
  return `${axis.text(axis.from)} to ${axis.text(axis.to)}: ${durationText(axis.to - axis.from)}`;
}

function narrowed({ narrowing }: About): string {
  return narrowing === "all events" ? "" : ` · only ${cellHtml(narrowing)}`;
}

function tiles(figures: Figures): string {
  const all: readonly (readonly [string, string, boolean?])[] = [
    ["Events", numberText(figures.lines)],
    ["Messages", numberText(figures.messages)],
    ["Payload", bytesText(figures.bytes)],
    ["Topics", numberText(figures.topicCount)],
    ["Clients", numberText(figures.clientCount)],
    ["Connects", numberText(figures.connects)],
    ["Dropped", numberText(figures.dropped), figures.dropped > 0],
  ];
  const items = all.map(([name, value, bad]) =>
    `<div${bad === true ? ' class="bad"' : ""}><dt>${name}</dt><dd>${value}</dd></div>`
  );
  return `<dl class="tiles">${items.join("")}</dl>`;
}

function sections(figures: Figures): string[] {
  return [
    messages(figures),
    connections(figures),
    topics(figures),
    clients(figures),
    `<div class="pair">${
      reasons("Why connections ended", "The reason of client_disconnected.", figures.ends) +
      reasons("Why clients were refused", "The answer of client_connack.", figures.refusals, "bad")
    }</div>`,
    latency(figures),
    `<div class="pair">${
      reasons("What was dropped", "The reason of message_dropped.", figures.drops, "bad") + gaps(figures)
    }</div>`,
  ];
}

function messages({ axis, steps, gaps }: Figures): string {
  if (axis === undefined) return section("Messages", "", NOTHING);
  const series: Series[] = [
    seriesOf(steps, "message_publish", "published", "published", "area"),
    seriesOf(steps, "message_delivered", "delivered", "delivered", "line"),
    seriesOf(steps, "message_dropped", "dropped", "dropped", "columns"),
  ];
  const drawn = series.filter(({ counts, shape }) => shape === "area" || counts.some((count) => count > 0));
  const title = `Messages per ${axis.rate.unit}`;
  const shaded = gaps.length === 0 ? [] : [{ name: "no line in the log", className: "gap" }];
  return section(
    title,
    `Each step is ${durationText(axis.step)}.`,
    timeChart(title, axis, drawn, gaps) + legend([...drawn, ...shaded]),
  );
}

function connections({ axis, steps, gaps }: Figures): string {
  if (axis === undefined) return "";
  const series: Series[] = [
    seriesOf(steps, "client_connected", "connected", "published", "area"),
    seriesOf(steps, "client_disconnected", "disconnected", "delivered", "line"),
  ];
  const title = `Connections per ${axis.rate.unit}`;
  if (series.every(({ counts }) => counts.every((count) => count === 0))) return section(title, "", NOTHING);
  return section(title, "", timeChart(title, axis, series, gaps) + legend(series));
}

function seriesOf(
  steps: Figures["steps"],
  event: StepEvent,
  name: string,
  className: string,
  shape: Series["shape"],
): Series {
  return { name, className, counts: steps.get(event) ?? [], shape };
}

function topics({ topics, topicCount, messages, axis }: Figures): string {
  const most = topics[0]?.count ?? 0;
  const seconds = axis === undefined ? 0 : (axis.to - axis.from) / 1_000;
  const rows = topics.map(({ topic, count, bytes, last }) => [
    td("name code", cellHtml(topic)),
    td("number", numberText(count)),
    td("bars", tableBar(count / most)),
    td("number", escaped(percentText(count / messages))),
    td("number", rateText(count, seconds)),
    td("number", bytesText(bytes)),
    td("value code", cellHtml(last)),
  ]);
  const heads = ["Topic", "#Messages", "", "#Share", "#Rate", "#Payload", "Last payload"];
  return section("Busiest topics", ofAll(topicCount), table(heads, rows));
}

function clients({ clients, clientCount }: Figures): string {
  const most = Math.max(1, ...clients.map((client) => client.messages));
  const rows = clients.map(({ clientid, messages, connects, first, last }) => [
    td("name code", cellHtml(clientid)),
    td("number", numberText(messages)),
    td("bars", tableBar(messages / most)),
    td("number", numberText(connects)),
    td("time", cellHtml(seconds(first))),
    td("time", cellHtml(seconds(last))),
  ]);
  const heads = ["Client", "#Messages", "", "#Connects", "First seen", "Last seen"];
  return section("Busiest clients", ofAll(clientCount), table(heads, rows));
}

function reasons(title: string, note: string, all: readonly Reason[], className = ""): string {
  const most = all[0]?.count ?? 0;
  const rows = all.map(({ reason, count }) => [
    td("name", cellHtml(reason)),
    td("number", numberText(count)),
    td("bars", tableBar(count / most)),
  ]);
  return section(title, note, table(["Reason", "#Times", ""], rows), className);
}

function latency({ deliveredIn, ackedIn }: Figures): string {
  const title = "How long messages took";
  if (countOf(deliveredIn) + countOf(ackedIn) === 0) return section(title, "", NOTHING);
  const shares = [0.5, 0.9, 0.95, 0.99, 0.999, 1];
  const rows = ([["to their delivery", deliveredIn], ["to their acknowledgement", ackedIn]] as const)
    .filter(([, durations]) => durations.length > 0)
    .map(([name, durations]) => [
      td("name", `From publish ${name}`),
      td("number", numberText(countOf(durations))),
      ...shares.map((share) => td("number", millisecondsText(percentile(durations, share)))),
    ]);
  const heads = ["", "#Messages", ...shares.map((share) => share === 1 ? "#Slowest" : `#${share * 100} %`)];
  const [delivered, acked] = [byPowerOfTwo(deliveredIn), byPowerOfTwo(ackedIn)];
  const labels = (delivered.length > acked.length ? delivered : acked).map((_, i) => bucketLabel(i));
  const series: Series[] = [
    { name: "delivered", className: "published", counts: delivered, shape: "area" },
    { name: "acknowledged", className: "delivered", counts: acked, shape: "area" },
  ];
  return section(
    title,
    "Of each message and subscriber. A percentage of them took no longer than the time below it.",
    table(heads, rows) + columnChart("Messages by duration", labels, series) + legend(series) +
      '<p class="note">Each column is what took so many milliseconds, up to the next.</p>',
  );
}

function gaps({ gaps, axis }: Figures): string {
  const rows = gaps.map(({ from, to }) => [
    td("time", axis === undefined ? "" : axis.text(from)),
    td("time", axis === undefined ? "" : axis.text(to)),
    td("number", durationText(to - from)),
  ]);
  const note = `No line for ${durationText(GAP)} or longer; the longest first.`;
  return section("Gaps in the log", note, table(["From", "To", "#Silent for"], rows));
}

const NOTHING = '<p class="note">None in this log.</p>';

function section(title: string, note: string, content: string, className = ""): string {
  const classes = className === "" ? "" : ` class="${className}"`;
  const below = note === "" ? "" : `<p class="note">${escaped(note)}</p>`;
  return `<section${classes}><h2>${escaped(title)}</h2>${below}${content}</section>`;
}

/** @param heads a name that begins with # stands above numbers */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return NOTHING;
  const head = heads.map((name) =>
    name.startsWith("#")
      ? `<th scope="col" class="number">${name.slice(1)}</th>`
      : name === ""
      ? "<td></td>"
      : `<th scope="col">${name}</th>`
  );
  const body = rows.map((row) => `<tr>${row.join("")}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head.join("")}</tr></thead><tbody>${
    body.join("\n")
  }</tbody></table></div>`;
}

/** @param html escaped already */
function td(className: string, html: string): string {
  return `<td class="${className}">${html}</td>`;
}

function ofAll(count: number): string {
  return count > MOST_ROWS ? `The first ${MOST_ROWS} of ${numberText(count)}.` : "";
}

/** Without its milliseconds. */
function seconds(time: Cell): Cell {
  return typeof time === "string" ? time.replace(/\.\d+$/, "") : time;
}
