// Parked events on their way to their far end once more: a file goes when each line was sent or parked again.
import { basename } from "node:path";
import { errorText } from "../../base/error_text.ts";
import type { Log } from "../../base/log.ts";
import type { FarEnd } from "../delivery/far_end.ts";
import { type NamedLine, type Outcome, sendAgain } from "../delivery/send_again.ts";
import { linesOfFile } from "../lines/lines_of_file.ts";
import type { Parked } from "./backlog.ts";

/** Does not reject. @param signal ends it early: what was not sent is parked again */
export async function redeliverParked(
  parked: Parked,
  farEnd: Pick<FarEnd, "send">,
  concurrency: number,
  signal: AbortSignal,
  log: Log,
): Promise<Outcome> {
  let all: Outcome = { sent: 0, failed: 0, skipped: 0, lastFailure: undefined };
  for (const path of parked.take()) {
    let isSafe = true;
    const putBack = ({ text }: NamedLine): void => {
      isSafe = parked.putBack(text) && isSafe;
    };
    try {
      const options = { concurrency, rate: 0, signal, isPatient: false, onUnsent: putBack };
      const one = await sendAgain(linesOf(path, putBack), farEnd, options);
      all = {
        sent: all.sent + one.sent,
        failed: all.failed + one.failed,
        skipped: all.skipped + one.skipped,
        lastFailure: one.lastFailure ?? all.lastFailure,
      };
      // Where a line could not be parked again, the whole file is sent again another time.
      if (isSafe) await Deno.remove(path);
    } catch (error) {
      log("error", `Parked events of ${path} cannot be sent again: ${errorText(error)}.`);
    }
  }
  return all;
}

/** Where the iteration ends early, the lines that are left go to `left`. */
async function* linesOf(path: string, left: (line: NamedLine) => void): AsyncGenerator<NamedLine> {
  const lines = linesOfFile(path);
  // The file's own name is another one in each run.
  const name = basename(path).replace(/\.again-.*/, "");
  let number = 0;
  try {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      yield { name: `${name}:${++number}`, text: next.value };
    }
  } finally {
    for await (const text of lines) left({ name, text });
  }
}
