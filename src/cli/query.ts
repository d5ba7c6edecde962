// `hookline query`: asks a log in SQL.
import { EXAMPLES } from "../query/examples.ts";
import { type Format, textOf as answerText } from "../query/output.ts";
import { EXIT } from "./exit_code.ts";
import { loadLog } from "./log_database.ts";
import { flagOf, UsageError, type Values, type Verb } from "./verb.ts";

export const query: Verb = async (values, positionals, io) => {
  if (flagOf(values, "examples")) {
    for (const { question, sql } of EXAMPLES) {
      io.out(`# ${question}\nhookline query "${sql.replaceAll("$", "\\$")}"\n\n`);
    }
    return EXIT.done;
  }
  const sql = positionals.at(-1);
  if (sql === undefined) {
    throw new UsageError(
      'Missing SQL. Usage: hookline query [FILE...] "SQL"; see hookline query --examples.',
    );
  }
  const files = positionals.length === 1 ? ["hook.log"] : positionals.slice(0, -1);
  const format = formatOf(values);
  using database = await loadLog(files, values, io, "query");
  const screen = { columns: flagOf(values, "full") ? undefined : io.columns, isTerminal: io.isTerminal };
  let held = "";
  for (const text of answerText(database.ask(sql), format, screen)) {
    held += text;
    if (held.length < 64 * 1024) continue;
    io.out(held);
    held = "";
  }
  io.out(held);
  return EXIT.done;
};

function formatOf(values: Values): Format {
  const formats = (["csv", "json", "markdown"] as const).filter((name) => flagOf(values, name));
  if (formats.length > 1) throw new UsageError(`--${formats.join(" and --")} exclude each other.`);
  return formats[0] ?? "table";
}
