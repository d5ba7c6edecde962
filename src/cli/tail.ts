// `hookline tail`: the events of a file, readable, as they are written.
import { resolve } from "node:path";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { filterOf } from "./selecting.ts";
import { Stopping } from "./stopping.ts";
import { parseEvent } from "../reading/event.ts";
import { selects, selectsAll } from "../reading/filter.ts";
import { follow } from "../reading/follow.ts";
import { rowFormatter } from "./tail/format.ts";
import { isCut, type Line } from "../reading/line.ts";
import { ANSI, COLOURLESS } from "../terminal/style.ts";
import { countOf, flagOf, textOf, type Values, type Verb } from "./verb.ts";

export const tail: Verb = async (values, positionals, io) => {
  using stopping = new Stopping();
  const filter = filterOf(values, io, "tail");
  const json = flagOf(values, "json");
  const show = json ? jsonLines(io) : rows(values, io);
  const shown = (line: Line): boolean => {
    // Without a filter every line is shown, but --json promises JSON.
    if (selectsAll(filter) && !json) return true;
    const event = parseEvent(line);
    return event !== undefined && selects(filter, event);
  };
  const batches = follow(resolve(io.cwd, positionals[0] ?? "hook.log"), {
    lines: countOf(values, "lines") ?? 10,
    selects: shown,
    follow: !flagOf(values, "no-follow"),
    signal: stopping.signal,
    notice: (text) => io.err(`hookline tail: ${text}\n`),
  });
  for await (const batch of batches) {
    const text = batch.filter(shown).map(show).join("");
    if (text !== "") io.out(text);
  }
  return EXIT.done;
};

function rows(values: Values, io: Io): (line: Line) => string {
  const when = textOf(values, "color") ?? "auto";
  // https://no-color.org: set and not empty, whatever the value.
  const auto = io.isTerminal && (io.env("NO_COLOR") ?? "") === "";
  const paint = when === "always" || (when === "auto" && auto) ? ANSI : COLOURLESS;
  const full = flagOf(values, "full");
  return rowFormatter(() => ({ columns: io.columns, paint, full }));
}

function jsonLines(io: Io): (line: Line) => string {
  return (line) => {
    if (isCut(line)) {
      io.err(`hookline tail: a line of ${line.bytes} bytes is left out: only its first MiB is read.\n`);
      return "";
    }
    // JSON leaves some controls as they are; on a terminal they are written as the escapes they are equal to.
    return `${io.isTerminal ? escapeControls(line.text) : line.text}\n`;
  };
}

function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
