// A process that appends numbered lines to a file sink and after each turn prints how many are in the file.
// Arguments: the path; how many lines, 0 for no end. With an end it takes a millisecond per turn, else none.
import { systemClock } from "../../src/base/clock.ts";
import { FileSink } from "../../src/sinks/file/file_sink.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { line } from "./_lines.ts";

const [path = "", count = "0"] = Deno.args;
const end = Number(count) || Infinity;
const sink = new FileSink(`file:${path}`, path, FILE_DEFAULTS, (level, text) => {
  if (level === "error") throw new Error(text);
}, systemClock);
const encoder = new TextEncoder();
const filling = "x".repeat(400);
for (let n = 0; n < end;) {
  for (const turnEnd = Math.min(end, n + 50); n < turnEnd; n++) sink.append(line(n, filling));
  sink.flush();
  Deno.stdout.writeSync(encoder.encode(`${n}\n`));
  if (end !== Infinity) await new Promise((resolve) => setTimeout(resolve, 1));
}
await sink[Symbol.asyncDispose]();
