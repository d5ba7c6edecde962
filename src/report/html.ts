// Text made safe for HTML, and numbers made readable.
import { visible } from "../terminal/visible.ts";
import type { Cell } from "../query/read_only.ts";

/** Characters of a text from the log that a page shows. */
const LONGEST = 120;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as the content of an element, or of an attribute in quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? "");
}

/** What a log holds, for eyes: controls as escapes, bytes as hex, a long text cut. Not escaped. */
export function shown(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Uint8Array) return cut(`0x${cell.subarray(0, LONGEST).toHex()}`);
  return cut(visible(String(cell).slice(0, 2 * LONGEST)));
}

/** The same, escaped. */
export function cellHtml(cell: Cell): string {
  return escaped(shown(cell));
}

function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  // Not between the halves of a character.
  return `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** `1,234,567` */
export function numberText(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** `1.2 MB`: steps of 1,000. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `12 ms`, `1.5 s`, `3 min` */
export function millisecondsText(ms: number | undefined): string {
  if (ms === undefined) return "–";
  if (ms < 1_000) return `${ms} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${numberText(Math.round(ms / 60_000))} min`;
}

/** `12 %`, `0.4 %`, `< 0.1 %` */
export function percentText(part: number): string {
  if (part > 0 && part < 0.001) return "< 0.1 %";
  return `${numberText(part * 100)} %`;
}

/** `120/s`, `3.4/min`, `2/h`: in the shortest time that has one at least. */
export function rateText(count: number, seconds: number): string {
  if (!(seconds > 0)) return "–";
  const units = [["s", 1], ["min", 60], ["h", 3_600], ["d", 86_400]] as const;
  const [unit, size] = units.find(([, size]) => count * size / seconds >= 1) ?? ["d", 86_400];
  return `${numberText(count * size / seconds)}/${unit}`;
}
