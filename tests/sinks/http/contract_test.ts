// The HTTP sink keeps the contract of all sinks: with its endpoint away, with its disk full, and without a spool.
import { sinkContract, type SinkUnderTest } from "../sink_contract.ts";
import { answer, ok } from "../../helpers/http_endpoint.ts";
import { type Differing, Setting } from "./_sink.ts";

/** @param trouble what breaks; the other half goes on working */
async function underTest(
  options: Differing,
  trouble: "endpoint" | "disk",
): Promise<SinkUnderTest> {
  const setting = await Setting.make(options);
  const sink = setting.open();
  const { endpoint, disk, clock } = setting;
  return {
    sink,
    reports: setting.reports,
    async linesThatArrived(atLeast): Promise<string[]> {
      await setting.passUntil(() => sink.status().linesWritten >= atLeast, `${atLeast} lines arrive`, 10);
      return endpoint.lines;
    },
    breakPlace(): void {
      if (trouble === "disk") disk.fail("write", "EIO");
      else endpoint.behave = answer(503);
    },
    mendPlace(): Promise<void> {
      disk.mend();
      endpoint.behave = ok;
      clock.advance(10_000);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => setting[Symbol.asyncDispose](),
  };
}

const ORDERED = { order: "client" } as const;

sinkContract("http sink, endpoint in trouble", () => underTest(ORDERED, "endpoint"));
sinkContract(
  "http sink, one at a time",
  () => underTest({ concurrency: 1 }, "endpoint"),
);
sinkContract("http sink, disk in trouble", () => underTest(ORDERED, "disk"));
sinkContract(
  "http sink, in memory",
  () => underTest({ ...ORDERED, spool: false }, "endpoint"),
);
sinkContract(
  "http sink, in batches",
  () => underTest({ ...ORDERED, batchMax: 50 }, "endpoint"),
);
