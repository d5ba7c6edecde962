// Lines to write and ways to look at what arrived, shared by the tests of the sinks.
import assert from "node:assert/strict";
import type { Sink, SinkStatus } from "../../src/sinks/sink.ts";

/** One line as the hooks make them. */
export function line(n: number, filling = ""): string {
  return `{"action":"message_publish","n":${n},"topic":"t/${filling}"}\n`;
}

/** The lines of a file; fails when the last one is torn. Empty when there is no file. */
export function linesOf(path: string): string[] {
  const text = textOf(path);
  assert.ok(text === "" || text.endsWith("\n"), `${path} ends in a torn line: ${text.slice(-80)}`);
  return text.split("\n").slice(0, -1);
}

/** The numbers that `line` put into the lines of a file; fails when one is no JSON. */
export function numbersOf(path: string): number[] {
  return linesOf(path).map((each) => (JSON.parse(each) as { n: number }).n);
}

export function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** The names in a folder, sorted. */
export function namesIn(dir: string): string[] {
  return Array.from(Deno.readDirSync(dir), (entry) => entry.name).sort();
}

export async function gunzipped(path: string): Promise<string> {
  const file = await Deno.open(path);
  return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** What a sink says of its lines; where they wait is left out. */
export function countsOf(sink: Sink): Omit<SinkStatus, "oldestWaiting" | "spoolBytes" | "parkedBytes"> {
  const { oldestWaiting: _, spoolBytes: __, parkedBytes: ___, ...counts } = sink.status();
  return counts;
}
