// Charts as inline SVG. Their colours are the page's: what they draw has a class and no colour of its own.
import { escaped, numberText } from "./html.ts";
import type { TimeAxis } from "./time_axis.ts";

const WIDTH = 960;
const HEIGHT = 240;
/** Room for the labels of the axes. */
const LEFT = 62;
const RIGHT = 8;
const TOP = 12;
const BOTTOM = 26;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

export interface Series {
  readonly name: string;
  /** A CSS class that says its colour: `published`, … */
  readonly className: string;
  /** One for each step of the axis. */
  readonly counts: readonly number[];
  /** `columns`: only where there is something. */
  readonly shape: "area" | "line" | "columns";
}

/** Counts over time as rates; gaps are shaded. Resting on a step shows its counts. */
export function timeChart(
  title: string,
  axis: TimeAxis,
  series: readonly Series[],
  gaps: readonly { readonly from: number; readonly to: number }[],
): string {
  const { factor } = axis.rate;
  const top = niceTop(Math.max(...series.flatMap(({ counts }) => counts)) * factor);
  const x = (index: number): number => LEFT + index / axis.count * PLOT_WIDTH;
  const y = (rate: number): number => TOP + PLOT_HEIGHT * (1 - rate / top);
  const at = (ms: number): number => x(Math.min(axis.count, Math.max(0, (ms - axis.start) / axis.step)));
  const shades = gaps.map(({ from, to }) =>
    rect("gap", at(from), TOP, Math.max(1, at(to) - at(from)), PLOT_HEIGHT)
  );
  const drawn = series.map(({ className, counts, shape }) => {
    if (shape === "columns") {
      return counts.map((count, i) => {
        const height = Math.max(2, TOP + PLOT_HEIGHT - y(count * factor));
        const width = Math.max(2, PLOT_WIDTH / axis.count);
        return count === 0
          ? ""
          : rect(`column ${className}`, x(i), TOP + PLOT_HEIGHT - height, width, height);
      }).join("");
    }
    const steps = counts.map((count, i) => `${n(x(i))},${n(y(count * factor))} H${n(x(i + 1))}`);
    const path = shape === "area"
      ? `M${LEFT},${n(y(0))} L${steps.join(" L")} V${n(y(0))} Z`
      : `M${steps.join(" L")}`;
    return `<path class="${shape} ${className}" d="${path}"/>`;
  });
  const times = axis.ticks().flatMap(({ at, label }) => [
    `<path class="tick" d="M${n(x(at))},${TOP + PLOT_HEIGHT} v5"/>`,
    // One at the edge would hang over it.
    text(label, x(at), HEIGHT - 6, x(at) > WIDTH - 50 ? "end" : x(at) < LEFT + 30 ? "start" : "middle"),
  ]);
  const hints = Array.from({ length: axis.count }, (_, i) => {
    const counts = series.map(({ name, counts }) => `${numberText(counts[i] ?? 0)} ${name}`).join(", ");
    return rect("hint", x(i), TOP, PLOT_WIDTH / axis.count, PLOT_HEIGHT, `${axis.stepText(i)}: ${counts}`);
  });
  return svg(title, HEIGHT, [...grid(top), ...shades, ...drawn, ...times, ...hints]);
}

/** Groups of columns, one column for each series in a group. */
export function columnChart(title: string, labels: readonly string[], series: readonly Series[]): string {
  const top = niceTop(Math.max(...series.flatMap(({ counts }) => counts)));
  const group = PLOT_WIDTH / labels.length;
  const column = Math.min(40, group * 0.8 / series.length);
  const columns = labels.flatMap((label, i) =>
    series.map(({ name, className, counts }, k) => {
      const count = counts[i] ?? 0;
      const height = PLOT_HEIGHT * count / top;
      const x = LEFT + group * (i + 0.5) + column * (k - series.length / 2);
      const hint = `${label}: ${numberText(count)} ${name}`;
      return rect(`column ${className}`, x, TOP + PLOT_HEIGHT - height, column - 1, height, hint);
    })
  );
  const names = labels.map((label, i) => text(label, LEFT + group * (i + 0.5), HEIGHT - 8, "middle"));
  return svg(title, HEIGHT, [...grid(top), ...columns, ...names]);
}

/** A bar beside a number in a table: `part` of the whole width, 0 to 1. */
export function tableBar(part: number): string {
  const width = Math.max(1, Math.round(Math.min(1, Math.max(0, part)) * 100));
  return '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">' +
    `<rect class="track" width="100" height="8"/><rect class="fill" width="${width}" height="8"/></svg>`;
}

/** The names of the series beside their colours. */
export function legend(series: readonly Pick<Series, "name" | "className">[]): string {
  const items = series.map(({ name, className }) => {
    const swatch = `<rect class="swatch ${className}" width="10" height="10"/>`;
    return `<li><svg viewBox="0 0 10 10" aria-hidden="true">${swatch}</svg>${escaped(name)}</li>`;
  });
  return `<ul class="legend">${items.join("")}</ul>`;
}

function grid(top: number): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const y = TOP + PLOT_HEIGHT * (1 - part);
    return [
      `<path class="grid" d="M${LEFT},${n(y)} H${WIDTH - RIGHT}"/>`,
      text((top * part).toLocaleString("en-US", { maximumFractionDigits: 2 }), LEFT - 8, y + 4, "end"),
    ];
  });
}

/** The next number that has quarters which people read well. */
function niceTop(value: number): number {
  if (!(value > 0)) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].map((digit) => digit * power).find((top) =>
    top >= value
  ) ?? value;
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return `<div class="chart"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${
    escaped(title)
  }">${parts.join("")}</svg></div>`;
}

function rect(className: string, x: number, y: number, width: number, height: number, hint = ""): string {
  const place = `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
  const title = hint === "" ? "" : `<title>${escaped(hint)}</title>`;
  return `<rect class="${className}" ${place}>${title}</rect>`;
}

function text(label: string, x: number, y: number, anchor: "start" | "middle" | "end"): string {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${escaped(label)}</text>`;
}

/** A tenth of a unit is enough. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
