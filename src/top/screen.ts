// What `top` draws: a head with the whole broker and the table of one view, as large as the screen.
import { bytesText, countText, durationText, rateText } from "../status/reader/figures.ts";
import type { Paint, Painter } from "../terminal/style.ts";
import { visible } from "../terminal/visible.ts";
import { cutEnd, cutMiddle, pad, widthOf } from "../terminal/width.ts";
import { type Gathered, type View, VIEWS } from "./gather.ts";
import { type Looking, type TextTable, textTable } from "./tables.ts";

/** What is drawn. */
export interface Scene {
  readonly view: View;
  readonly looking: Looking;
  /** The first row that is shown. */
  readonly from: number;
  /** Somebody types a filter. */
  readonly typing: boolean;
  /** Absent until the first answer. */
  readonly gathered: Gathered | undefined;
  /** Why the last answer did not come. */
  readonly trouble: string | undefined;
  /** Where it is asked. */
  readonly url: string;
}

/** Problems that are shown; the others are counted. */
const MOST_PROBLEMS = 3;
const SPARKS = "▁▂▃▄▅▆▇█";
const GAP = 2;
/** Columns of the narrowest cell of text that is still worth a look. */
const NARROWEST = 10;

/**
 * The lines of the screen, each within `columns`.
 * @param rows lines that there are; Infinity: all are drawn, without help
 */
export function screenLines(
  scene: Scene,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  paint: Painter,
): string[] {
  const { gathered } = scene;
  const head = headLines(scene, columns, paint);
  if (gathered === undefined) return head.slice(0, rows);
  const help = rows === Infinity ? [] : [helpLine(scene, columns, paint)];
  const room = Math.max(0, rows - head.length - help.length - 2);
  const table = textTable(scene.view, gathered, scene.looking, scene.from, room);
  const lines = [
    ...head,
    tabsLine(scene, table, columns, paint),
    ...tableLines(table, scene, columns, paint),
  ];
  while (rows !== Infinity && lines.length < rows - 1) lines.push("");
  return [...lines.slice(0, rows - help.length), ...help];
}

function headLines({ gathered, trouble, url }: Scene, columns: number, paint: Painter): string[] {
  const lines: string[] = [];
  const add = (parts: readonly (readonly [Paint, string])[]): void =>
    void lines.push(line(parts, columns, paint));
  if (gathered === undefined) {
    add([["bold", "Hookline"], ["dim", `  ${url}`]]);
  } else {
    const { version, node_id, uptime, health } = gathered.overview;
    add([
      ["bold", `Hookline ${version}`],
      ["dim", `  node ${node_id}  up ${durationText(uptime)}  `],
      health.ready ? ["message", "ready"] : ["bad", "not ready"],
      ["dim", `  ${url}`],
    ]);
    add(rateParts(gathered, columns));
    add(totalParts(gathered));
    const problems = [...new Set(health.problems)];
    for (const problem of problems.slice(0, MOST_PROBLEMS)) add([["bad", `! ${visible(problem)}`]]);
    const more = problems.length - MOST_PROBLEMS;
    if (more > 0) add([["bad", `! and ${more} more`]]);
  }
  if (trouble !== undefined) add([["bad", `! ${visible(trouble)}`]]);
  lines.push("");
  return lines;
}

function rateParts({ rates }: Gathered, columns: number): (readonly [Paint, string])[] {
  const [received = 0, sent = 0] = rates.at(-1) ?? [];
  const text = (rate: number): string => `${rateText(rate)}/s`.padStart(10);
  const sparks = columns >= 100 ? 30 : columns >= 70 ? 16 : 0;
  const of = (which: number): string => sparkline(rates.map((each) => each[which] ?? 0), sparks);
  return [
    ["plain", `in ${text(received)} `],
    ["client", of(0)],
    ["plain", `  out ${text(sent)} `],
    ["careful", of(1)],
  ];
}

/** The last values, each as a bar of an eighth to eight eighths of the highest. */
function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(values.length - Math.min(width, values.length));
  const highest = Math.max(...shown, 1);
  return shown.map((value) => SPARKS[Math.min(7, Math.floor(value / highest * 7.99))] ?? "").join("")
    .padStart(width);
}

function totalParts({ overview }: Gathered): (readonly [Paint, string])[] {
  const { counters } = overview;
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((a, b) => a + b, 0);
  const dropped = sum(counters.messages_dropped);
  const refused = sum(counters.connections_refused);
  const kept = `waiting ${countText(overview.kept_messages)} (${bytesText(overview.kept_bytes)})`;
  return [
    ["plain", `clients ${countText(overview.clients)}  sessions ${countText(overview.sessions)}  `],
    ["plain", `retained ${countText(overview.retained_messages)}  `],
    [overview.kept_messages > 0 ? "careful" : "plain", `${kept}  `],
    [dropped > 0 ? "bad" : "plain", `dropped ${countText(dropped)}  `],
    [refused > 0 ? "careful" : "plain", `refused ${countText(refused)}  `],
    ["plain", `memory ${bytesText(overview.memory.rss)}`],
  ];
}

function tabsLine(scene: Scene, table: Shown, columns: number, paint: Painter): string {
  const { view, looking, typing, gathered } = scene;
  const parts: (readonly [Paint, string])[] = VIEWS.map((each) =>
    each === view ? ["bold", `[${each}] `] : ["dim", ` ${each}  `]
  );
  const { selected, total } = table;
  const shown = table.rows.length;
  const place = shown < selected ? `${scene.from + 1} to ${scene.from + shown} of ` : "";
  const counts = `${place}${countText(selected)}${selected < total ? ` of ${countText(total)}` : ""}`;
  parts.push(["dim", ` ${gathered?.views.includes(view) === true ? counts : "asking"}`]);
  const leftOut = view === "topics" ? gathered?.topicsLeftOut ?? 0 : 0;
  if (leftOut > 0) parts.push(["careful", `  ${countText(leftOut)} messages of more topics left out`]);
  if (typing || looking.filter !== "") {
    parts.push(["bold", `  filter: ${visible(looking.filter)}${typing ? "_" : ""}`]);
  }
  return line(parts, columns, paint);
}

type Shown = TextTable & { readonly selected: number };

function tableLines(table: Shown, { looking }: Scene, columns: number, paint: Painter): string[] {
  const cells = table.rows.map((row) => row.map((cell) => visible(cell)));
  const titles = table.columns.map(({ title }) =>
    title === looking.sort ? `${title}${looking.ascending ? "▲" : "▼"}` : title
  );
  const needed = titles.map((title, i) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[i] ?? "")))
  );
  const widths = fit(table.columns, needed, columns);
  const text = (row: readonly string[]): string =>
    row.map((cell, i) => {
      const width = widths[i] ?? 0;
      if (width === 0) return "";
      const cut = i === 0 ? cutMiddle(cell, width) : cutEnd(cell, width);
      const isNumber = table.columns[i]?.number === true;
      return (isNumber ? " ".repeat(Math.max(0, width - widthOf(cut))) + cut : pad(cut, width)) +
        " ".repeat(GAP);
    }).join("").trimEnd();
  return [paint("dim", text(titles)), ...cells.map(text)];
}

/** How wide each column is; 0: it is left out. */
function fit(columns: TextTable["columns"], needed: readonly number[], room: number): number[] {
  const widths = [...needed];
  const sum = (): number => widths.reduce((all, width) => all + (width === 0 ? 0 : width + GAP), -GAP);
  const shrink = (): void => {
    for (const i of columns.keys()) {
      if (columns[i]?.number === true || widths[i] === 0) continue;
      const over = sum() - room;
      if (over > 0) widths[i] = Math.max(NARROWEST, (widths[i] ?? 0) - over);
    }
  };
  const spares = columns.map(({ spare }, i) => ({ spare: spare ?? Infinity, i }))
    .filter(({ spare }) => spare !== Infinity).sort((a, b) => a.spare - b.spare);
  // The longest text may be as long as it likes only where everything else is there too.
  for (const { i } of spares) {
    const least = columns.reduce((all, { number }, j) => {
      const width = widths[j] ?? 0;
      return width === 0 ? all : all + GAP + (number === true ? width : Math.min(width, 2 * NARROWEST));
    }, -GAP);
    if (least > room) widths[i] = 0;
  }
  shrink();
  return widths;
}

function helpLine({ typing }: Scene, columns: number, paint: Painter): string {
  const help = typing
    ? "Enter: filter by this   Esc: by nothing"
    : "q quit  tab view  ←→ sort  r reverse  / filter  ↑↓ scroll";
  return paint("dim", cutEnd(help, columns));
}

/** Parts side by side, as far as they fit. */
function line(parts: readonly (readonly [Paint, string])[], columns: number, paint: Painter): string {
  let room = columns;
  let text = "";
  for (const [name, part] of parts) {
    const cut = cutEnd(part, room);
    text += paint(name, cut);
    room -= widthOf(cut);
    if (room <= 0) break;
  }
  return text;
}
