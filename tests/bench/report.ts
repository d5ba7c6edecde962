// The tables in Markdown, and the same as JSON.
import type { Broker } from "./brokers.ts";
import type { Metric, Row, Unit } from "./rows.ts";
import { type Rounds, summarise, type Summary } from "./summary.ts";

/** From this share of its core on the generator is the limit, not the broker. */
const FULL = 0.95;

/** What was measured of one row. */
export interface Measured {
  readonly row: Row;
  readonly rounds: Rounds;
}

/** The figures beside the broker's own that show what a run cost, and that the generator was not the limit. */
const PEAK: Metric = { figure: "peak_mb", title: "peak memory", unit: "MB" };
const GENERATOR_CPU: Metric = { figure: "cpu", title: "generator, share of a core", unit: "share" };
const GENERATOR_LATE: Metric = { figure: "late_p99_ms", title: "generator, sent late, p99", unit: "ms" };

export function markdown(all: readonly Measured[], brokers: readonly Broker[]): string {
  const loads = all.filter(({ row }) => row.kind === "load");
  const tables = [table(all, brokers, ({ metrics }) => metrics)];
  if (loads.length > 0) {
    tables.push(
      "Peak memory under each load:\n\n" + table(loads, brokers, () => [PEAK]),
      "The generator (paced loads spin, so what counts there is how late a message was sent):\n\n" +
        table(loads, brokers, (row) => [isPaced(row) ? GENERATOR_LATE : GENERATOR_CPU]),
    );
  }
  const failures = all.flatMap(({ row, rounds }) =>
    rounds.flatMap((round, number) =>
      brokers.flatMap(({ title }, i) => {
        const failure = round[i]?.failure;
        return failure === undefined ? [] : [`- ${row.title}, ${title}, round ${number + 1}: ${failure}`];
      })
    )
  );
  if (failures.length > 0) tables.push(`Runs that do not count:\n\n${failures.join("\n")}\n`);
  return tables.join("\n");
}

export function json(all: readonly Measured[], brokers: readonly Broker[]): unknown {
  return all.map(({ row, rounds }) => ({
    id: row.id,
    title: row.title,
    metrics: metricsWith(row).map((metric) => ({
      ...metric,
      brokers: Object.fromEntries(brokers.map(({ id }, i) => [id, summarise(rounds, i, metric.figure)])),
    })),
  }));
}

function metricsWith(row: Row): readonly Metric[] {
  if (row.kind !== "load") return row.metrics;
  return [...row.metrics, PEAK, GENERATOR_CPU, ...(isPaced(row) ? [GENERATOR_LATE] : [])];
}

function isPaced(row: Row): boolean {
  return row.kind === "load" && row.paced;
}

function table(
  all: readonly Measured[],
  brokers: readonly Broker[],
  metricsOf: (row: Row) => readonly Metric[],
): string {
  const lines = all.flatMap(({ row, rounds }) =>
    metricsOf(row).map((metric) => [
      `${row.title}: ${metric.title}`,
      ...brokers.map((_, i) => cell(rounds, i, row, metric)),
    ])
  );
  return aligned([["", ...brokers.map(({ title }) => title)], ...lines]);
}

function cell(rounds: Rounds, broker: number, row: Row, { figure, unit }: Metric): string {
  const summary = summarise(rounds, broker, figure);
  const { values, median, ratio, failures } = summary;
  if (values.length === 0) return failures.length > 0 ? "fails" : "";
  const isRatio = broker > 0 && unit !== "share" && !Number.isNaN(ratio);
  const isFull = row.kind === "load" && !row.paced && figure !== PEAK.figure &&
    summarise(rounds, broker, GENERATOR_CPU.figure).median >= FULL;
  return [
    formatted(median, unit),
    ...(isRatio ? [`(×${significant(ratio)})`] : []),
    ...(isFull ? ["†"] : []),
    ...(failures.length > 0 ? [`fails in ${failures.length} of ${rounds.length}`] : []),
  ].join(" ");
}

function formatted(value: Summary["median"], unit: Unit): string {
  switch (unit) {
    case "per second":
      return value >= 1e6 ? `${significant(value / 1e6)} M` : `${significant(value / 1e3)} k`;
    case "share":
      return `${Math.round(value * 100)} %`;
    case "MB":
    case "ms":
    case "ticks/s":
      return `${significant(value)} ${unit}`;
  }
}

/** Two digits, or all before the point. */
function significant(value: number): string {
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const [head = [], ...rest] = rows;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rest.map(line).join("");
}
