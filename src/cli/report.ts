// `hookline report`: a log as one HTML page.
import { basename, resolve } from "node:path";
import manifest from "../../deno.json" with { type: "json" };
import { bytesText, numberText } from "../report/html.ts";
import { figuresOf } from "../report/figures.ts";
import { pageOf } from "../report/page.ts";
import { visible } from "../terminal/visible.ts";
import { EXIT } from "./exit_code.ts";
import { loadLog, narrowingOf } from "./log_database.ts";
import { replaceFile } from "./replace_file.ts";
import { textOf, type Verb } from "./verb.ts";

/** Payloads are in it, as in the log. */
const MODE = { new: 0o640, kept: 0o666 };

export const report: Verb = async (values, positionals, io) => {
  const files = positionals.length === 0 ? ["hook.log"] : positionals;
  const output = textOf(values, "output") ?? "report.html";
  using database = await loadLog(files, values, io, "report");
  const figures = figuresOf(database);
  const page = await pageOf(figures, {
    name: files.map((file) => basename(file)).join(", "),
    narrowing: narrowingOf(values),
    program: `hookline ${manifest.version}`,
    time: localTime(new Date()),
  });
  replaceFile(resolve(io.cwd, output), output, page, MODE);
  const size = bytesText(new TextEncoder().encode(page).length);
  io.out(`wrote ${visible(output)} (${size}): ${numberText(figures.lines)} events\n`);
  return EXIT.done;
};

function localTime(now: Date): string {
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace(
    "T",
    " ",
  );
}
