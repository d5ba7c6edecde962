// What every sink must do, whatever is behind it: each implementation's test calls `sinkContract` once.
import assert from "node:assert/strict";
import type { Sink } from "../../src/sinks/sink.ts";
import type { Entry } from "../helpers/told.ts";
import { countsOf, line, upTo } from "./_lines.ts";

/** One sink, ready to take lines, and the place behind it. */
export interface SinkUnderTest extends AsyncDisposable {
  readonly sink: Sink;
  /** What the sink told the operator so far. */
  readonly reports: readonly Entry[];
  /** The lines that reached the place, without `"\n"`; waits until there are at least so many. */
  linesThatArrived(atLeast: number): Promise<string[]>;
  /** From now on the place takes nothing. */
  breakPlace(): void;
  /** The place takes lines again, and the sink has had the time to notice. */
  mendPlace(): Promise<void>;
}

/** Runs the contract against sinks that `make` makes; each test gets one of its own and disposes it. */
export function sinkContract(name: string, make: () => Promise<SinkUnderTest>): void {
  const outcome = (what: string, run: (it: SinkUnderTest) => Promise<void>): void =>
    Deno.test(`${name}: ${what}`, async () => {
      await using it = await make();
      await run(it);
    });

  outcome("lines arrive in the order they were appended", async ({ sink, linesThatArrived }) => {
    for (let n = 0; n < 1000; n++) {
      sink.append(line(n));
      if (n % 7 === 0) sink.flush();
    }
    sink.flush();
    assert.deepEqual(await linesThatArrived(1000), upTo(1000).map((n) => line(n).trimEnd()));
  });

  outcome("every character arrives as it was", async ({ sink, linesThatArrived }) => {
    const lines = ["é", "温度", "🌡️ 21 °C", "\u2028", "\ud800"].map((text, n) => line(n, text));
    for (const each of lines) sink.append(each);
    sink.flush();
    const expected = lines.map((each) => each.trimEnd().replace("\ud800", "\ufffd"));
    assert.deepEqual(await linesThatArrived(lines.length), expected);
  });

  outcome(
    "a line of a megabyte arrives whole, between its neighbours",
    async ({ sink, linesThatArrived }) => {
      const lines = [line(0), line(1, "温".repeat(350_000)), line(2)];
      for (const each of lines) sink.append(each);
      sink.flush();
      assert.deepEqual(await linesThatArrived(3), lines.map((each) => each.trimEnd()));
    },
  );

  outcome("a flush without lines does nothing", async ({ sink, linesThatArrived }) => {
    sink.flush();
    sink.append(line(0));
    sink.flush();
    sink.flush();
    assert.deepEqual(await linesThatArrived(1), [line(0).trimEnd()]);
  });

  outcome("reopen loses and doubles nothing", async ({ sink, linesThatArrived }) => {
    sink.append(line(0));
    sink.flush();
    sink.append(line(1));
    sink.reopen();
    sink.append(line(2));
    sink.flush();
    assert.deepEqual(await linesThatArrived(3), upTo(3).map((n) => line(n).trimEnd()));
  });

  outcome(
    "dispose delivers what was appended last, and may be repeated",
    async ({ sink, linesThatArrived }) => {
      sink.append(line(0));
      await sink[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
      assert.deepEqual(await linesThatArrived(1), [line(0).trimEnd()]);
    },
  );

  outcome("a line appended after dispose is counted as lost and throws nothing", async ({ sink }) => {
    await sink[Symbol.asyncDispose]();
    sink.append(line(0));
    sink.flush();
    sink.reopen();
    assert.equal(lost(sink), 1);
  });

  outcome("status counts every line exactly once", async ({ sink, linesThatArrived }) => {
    for (let n = 0; n < 10; n++) sink.append(line(n));
    assert.deepEqual(countsOf(sink), { state: "ok", linesWritten: 0, linesWaiting: 10, linesDropped: {} });
    sink.flush();
    await linesThatArrived(10);
    assert.deepEqual(countsOf(sink), { state: "ok", linesWritten: 10, linesWaiting: 0, linesDropped: {} });
  });

  outcome("lines of a time of trouble arrive afterwards, in order, and nothing throws", async (it) => {
    const { sink } = it;
    sink.append(line(0));
    sink.flush();
    await it.linesThatArrived(1);
    it.breakPlace();
    for (let n = 1; n < 50; n++) {
      sink.append(line(n));
      sink.flush();
    }
    assert.equal(sink.status().linesWritten + sink.status().linesWaiting, 50);
    await it.mendPlace();
    sink.append(line(50));
    sink.flush();
    assert.deepEqual(await it.linesThatArrived(51), upTo(51).map((n) => line(n).trimEnd()));
    assert.deepEqual(countsOf(sink), { state: "ok", linesWritten: 51, linesWaiting: 0, linesDropped: {} });
  });

  outcome("every report is a sentence under the sink's URL", async (it) => {
    it.breakPlace();
    it.sink.append(line(0));
    it.sink.flush();
    await it.mendPlace();
    for (const report of it.reports) {
      assert.equal(report.fields["url"], it.sink.url);
      assert.match(report.text, /^\S.*\.$/);
    }
  });
}

function lost(sink: Sink): number {
  return Object.values(sink.status().linesDropped).reduce((sum, count) => sum + count, 0);
}
