// The file sink keeps the contract of all sinks.
import { FileSink } from "../../src/sinks/file/file_sink.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { FailingDisk } from "../helpers/failing_disk.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { type Entry, logInto } from "../helpers/told.ts";
import { linesOf } from "./_lines.ts";
import { sinkContract } from "./sink_contract.ts";

sinkContract("file sink", async () => {
  const dir = await Deno.makeTempDir({ prefix: "hookline-test-" });
  const path = `${dir}/hook.log`;
  const [clock, disk, reports] = [new FakeClock(), new FailingDisk(), [] as Entry[]];
  const sink = new FileSink(`file://${path}`, path, FILE_DEFAULTS, logInto(reports), clock, disk);
  return {
    sink,
    reports,
    linesThatArrived: () => Promise.resolve(linesOf(path)),
    breakPlace: () => disk.fail("write", "EIO"),
    mendPlace: () => {
      disk.mend();
      clock.advance(1000);
      return Promise.resolve();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await sink[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
});
