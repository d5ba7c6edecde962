// The chart of messages a second: two lines over the last minutes, redrawn whole with every sample.
import { countText } from "../../reader/figures.ts";
import type { Rates, Sample } from "../../reader/rates.ts";

const SVG = "http://www.w3.org/2000/svg";
/** Room below the lines for the times, and above them for the highest label; pixels. */
const BELOW = 18;
const ABOVE = 14;

/** Draws into an svg element that has the size its style gives it. */
export class Chart {
  readonly #svg: SVGSVGElement;
  readonly #lines: readonly SVGPathElement[];
  readonly #grid: readonly { readonly line: SVGLineElement; readonly label: SVGTextElement }[];
  readonly #times: readonly { readonly label: SVGTextElement; readonly minutes: number }[];

  /** @param names classes of the lines, in the order of the rates */
  constructor(svg: SVGSVGElement, names: readonly string[], readonly rates: Rates) {
    this.#svg = svg;
    this.#grid = [0, 0.5, 1].map(() => ({
      line: add(svg, "line", { class: "grid" }),
      label: add(svg, "text", {}),
    }));
    const minutes = rates.span / 60_000;
    this.#times = Array.from({ length: minutes }, (_, i) => {
      const label = add(svg, "text", { "text-anchor": i === 0 ? "end" : "middle" });
      label.textContent = i === 0 ? "now" : `−${i} min`;
      return { label, minutes: i };
    });
    this.#lines = names.map((name) => add(svg, "path", { class: name }));
  }

  draw(now: number): void {
    const { width, height } = this.#svg.getBoundingClientRect();
    if (width === 0) return;
    const { samples, span } = this.rates;
    const top = niceTop(Math.max(1, ...samples.flatMap(({ rates }) => rates)));
    const x = (at: number): number => width - (now - at) / span * width;
    const y = (rate: number): number => height - BELOW - rate / top * (height - BELOW - ABOVE);
    set(this.#svg, { viewBox: `0 0 ${width} ${height}` });
    for (const [i, { line, label }] of this.#grid.entries()) {
      const rate = top * i / 2;
      set(line, { x1: 0, x2: width, y1: y(rate), y2: y(rate) });
      set(label, { x: 0, y: y(rate) - 3 });
      label.textContent = i === 0 ? "" : rate < 10 ? String(rate) : countText(rate);
    }
    for (const { label, minutes } of this.#times) {
      set(label, { x: x(now - minutes * 60_000), y: height - 4 });
    }
    for (const [i, line] of this.#lines.entries()) set(line, { d: pathOf(samples, i, x, y) });
  }
}

function pathOf(
  samples: readonly Sample[],
  which: number,
  x: (at: number) => number,
  y: (rate: number) => number,
): string {
  const points = samples.map(({ at, rates }) => `${x(at).toFixed(1)} ${y(rates[which] ?? 0).toFixed(1)}`);
  return points.length === 0 ? "" : `M${points.join("L")}`;
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function niceTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest));
  return power * ([1, 2, 5].find((factor) => factor * power >= highest) ?? 10);
}

function add<K extends keyof SVGElementTagNameMap>(
  svg: SVGSVGElement,
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  svg.append(element);
  return element;
}

function set(element: SVGElement, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
