// A log loaded into a database, as `query` and `report` need it, and what was wrong with its lines.
import { resolve } from "node:path";
import { selects, selectsAll } from "../reading/filter.ts";
import { OpenLog } from "../reading/open_log.ts";
import { EventsDatabase } from "../query/events_database.ts";
import type { Selects, Trouble } from "../query/load.ts";
import { visible } from "../terminal/visible.ts";
import type { Io } from "./io.ts";
import { filterOf } from "./selecting.ts";
import { listOf, textOf, type Values } from "./verb.ts";
import { sinceOf } from "./since.ts";

/** Loads what the options choose of `files`; tells troubles on stderr. The caller closes the database. */
export async function loadLog(
  files: readonly string[],
  values: Values,
  io: Io,
  verb: string,
): Promise<EventsDatabase> {
  const chosen = chosenBy(values, io, verb);
  using log = await OpenLog.open(files.map((file) => resolve(io.cwd, file)));
  const path = textOf(values, "db");
  const database = EventsDatabase.open(
    path === undefined ? undefined : resolve(io.cwd, path),
    narrowingOf(values),
  );
  try {
    const { troubles } = await database.load(log.files, chosen);
    for (const copy of log.copies) {
      io.err(`hookline ${verb}: ${visible(copy)} begins as another file does; left out.\n`);
    }
    for (const trouble of troubles) {
      io.err(`hookline ${verb}: ${visible(trouble.path)}: ${sentenceOf(trouble)}.\n`);
    }
    return database;
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
}

/** `undefined`: every event. */
function chosenBy(values: Values, io: Io, verb: string): Selects | undefined {
  const filter = filterOf(values, io, verb);
  const since = sinceOf(textOf(values, "since"), Date.now());
  if (selectsAll(filter) && since === undefined) return undefined;
  return (line) => (since === undefined || (line.ms ?? 0) >= since) && selects(filter, line);
}

/** `all events`, or which: the same words for the same options. */
export function narrowingOf(values: Values): string {
  const given = ["since", "topic", "client"].flatMap((name) => {
    const value = textOf(values, name);
    return value === undefined ? [] : [`--${name} ${value}`];
  });
  const events = [...new Set(listOf(values, "event"))].sort().map((event) => `--event ${event}`);
  return given.length + events.length === 0
    ? "all events"
    : `the events of ${[...given, ...events].join(" ")}`;
}

function sentenceOf({ broken, firstBroken, tooLong, unfinished, problem }: Trouble): string {
  const parts: string[] = [];
  if (broken > 0) {
    parts.push(
      `${broken === 1 ? "1 line is no event" : `${broken} lines are no events`} (at byte ${firstBroken})`,
    );
  }
  if (tooLong > 0) parts.push(`${tooLong === 1 ? "1 line is" : `${tooLong} lines are`} longer than 16 MiB`);
  if (unfinished) parts.push("the last line is unfinished");
  if (problem !== undefined) parts.push(`it cannot be read to its end: ${visible(problem)}`);
  return `${parts.join(", ")}; left out`;
}
