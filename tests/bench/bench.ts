// Hookline beside Mosquitto (and RMQTT, FlashMQ): the same loads in alternation, medians of ratios. No test, no CI.
// deno-lint-ignore-file no-console -- it prints tables, and on stderr how far it is
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compileGenerator } from "./_generator.ts";
import { machine } from "./_machine.ts";
import { type Broker, brokers, type Other } from "./brokers.ts";
import { type Bench, measure, type Run } from "./measure.ts";
import { json, markdown, type Measured } from "./report.ts";
import { hasTls, type Row, ROWS } from "./rows.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

const HELP = `deno task bench [options]

  --rounds N          how often each load is put on each broker; default 7
  --seconds N         how long a load lasts, paced ones at least 8; default 3
  --quick             one round of short loads: shows that all works, not how fast it is
  --only ROW,...      these rows: ${ROWS.map(({ id }) => id).join(", ")}
  --columns NAME,...  these columns besides Mosquitto, by how their keys begin: hookline, other, hookline-hooks-off
  --tree DIR          a column more: the checkout in DIR
  --v8-flags FLAGS    a column more: with these V8 flags instead of src/build/launch.ts's; may be repeated

RMQTT_BIN and FLASHMQ_BIN name the programs of two more brokers, HOOKLINE_BIN an executable of Hookline, TMPDIR the
folder where brokers run. Markdown goes to stdout, JSON to dist/bench.json. The first column is what the ratios are
to. A run that loses a message does not count. Ends with 1 when one of Hookline's did, or could not be started.
`;

try {
  Deno.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: joined(Deno.args, "--v8-flags"),
    options: {
      help: { type: "boolean", short: "h", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      columns: { type: "string" },
      tree: { type: "string" },
      "v8-flags": { type: "string", multiple: true },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const rounds = positive("--rounds", values.rounds ?? (values.quick ? "1" : "7"));
  const seconds = positive("--seconds", values.seconds ?? (values.quick ? "1" : "3"));
  const rows = chosen("--only", values.only, ROWS, (row, name) => row.id === name);
  const others = othersOf(values.tree, values["v8-flags"]);
  const [base, ...rivals] = await brokers(others);
  if (base === undefined) throw new Error("there is nothing to compare with");
  const columns = [
    base,
    ...chosen("--columns", values.columns, rivals, ({ id }, name) => id.startsWith(name)),
  ];

  const facts = await machine(Deno.env.get("TMPDIR") ?? "/tmp");
  await Deno.mkdir(DIST, { recursive: true });
  const bench: Bench = {
    generator: await compileGenerator(DIST, rows.some(hasTls)),
    seconds,
    pacedSeconds: values.quick ? 2 * seconds : Math.max(8, seconds),
    warmSeconds: values.quick ? 0.5 : 2,
  };
  facts.push(
    `${rounds} rounds, alternating; ${seconds} s a load, ${bench.pacedSeconds} s a paced one, after ` +
      `${bench.warmSeconds} s of the same; payloads of 64 bytes`,
    ...others.map(({ tree, v8Flags }, i) =>
      `other${others.length > 1 ? ` ${i + 1}` : ""}: ${tree ?? "this tree"}, V8 flags ${v8Flags ?? "its own"}`
    ),
  );

  const all: Measured[] = [];
  for (const row of rows) all.push({ row, rounds: await measureRow(row, columns, rounds, bench) });
  const result = { date: new Date().toISOString(), facts, rows: json(all, columns) };
  await Deno.writeTextFile(`${DIST}/bench.json`, `${JSON.stringify(result, undefined, 1)}\n`);
  console.log(`${result.date.slice(0, 10)}\n\n${facts.map((fact) => `- ${fact}\n`).join("")}`);
  console.log(`${markdown(all, columns)}\n† the generator's core was full: it was the limit, not the broker`);
  return all.some(({ rounds }) => rounds.some((round) => failsHookline(round, columns))) ? 1 : 0;
}

/** With the value of `option` in the same word: parseArgs takes no value that begins with a dash. */
function joined([first, second, ...rest]: readonly string[], option: string): string[] {
  if (first === undefined) return [];
  if (first === option && second !== undefined) return [`${option}=${second}`, ...joined(rest, option)];
  return [first, ...joined(second === undefined ? [] : [second, ...rest], option)];
}

/** Every broker is the first of every other round. */
async function measureRow(
  row: Row,
  columns: readonly Broker[],
  rounds: number,
  bench: Bench,
): Promise<Run[][]> {
  const all: Run[][] = [];
  for (let round = 0; round < rounds; round++) {
    console.error(`${row.id}, round ${round + 1} of ${rounds}`);
    const runs: Run[] = [];
    const order = [...columns.entries()];
    for (const [i, broker] of round % 2 === 0 ? order : order.toReversed()) {
      const run = await measure(row, broker, bench);
      if (run !== undefined) runs[i] = run;
      if (run?.failure !== undefined) console.error(`  ${broker.title} does not count: ${run.failure}`);
    }
    all.push(runs);
  }
  return all;
}

function failsHookline(round: readonly (Run | undefined)[], columns: readonly Broker[]): boolean {
  return columns.some(({ part }, i) => part !== undefined && round[i]?.failure !== undefined);
}

function othersOf(tree: string | undefined, v8Flags: readonly string[] | undefined): Other[] {
  const folder = tree === undefined ? {} : { tree };
  if (v8Flags !== undefined) return v8Flags.map((flags) => ({ ...folder, v8Flags: flags }));
  return tree === undefined ? [] : [{ tree }];
}

function chosen<T extends { readonly id: string }>(
  option: string,
  value: string | undefined,
  all: readonly T[],
  isCalled: (one: T, name: string) => boolean,
): readonly T[] {
  if (value === undefined) return all;
  const names = value.split(",");
  for (const name of names) {
    if (all.some((one) => isCalled(one, name))) continue;
    throw new Error(
      `${option} ${name}: there is none of that name, but ${all.map(({ id }) => id).join(", ")}`,
    );
  }
  return all.filter((one) => names.some((name) => isCalled(one, name)));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} ${text}: a whole number from 1 on`);
  return value;
}
