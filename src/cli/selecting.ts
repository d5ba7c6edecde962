// The options that choose events: --event, --topic and --client, the same for every verb that reads lines.
import { nearest } from "../base/nearest.ts";
import { EVENT_NAMES } from "../hooks/events.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import type { Filter } from "../reading/filter.ts";
import type { Io } from "./io.ts";
import { listOf, textOf, UsageError, type Values } from "./verb.ts";

/** The filter of a command line. Throws UsageError for what is no Topic Filter. */
export function filterOf(values: Values, io: Io, verb: string): Filter {
  const actions = listOf(values, "event");
  const topic = textOf(values, "topic");
  const problem = topic === undefined ? undefined : topicFilterProblem(topic);
  if (problem !== undefined) {
    throw new UsageError(`--topic cannot be ${JSON.stringify(topic)}: ${problem}.`);
  }
  for (const action of actions) warnOfSlip(action, io, verb);
  return { actions, topic, client: textOf(values, "client") };
}

/** A rule may give its lines any action, so an unknown name is allowed; but mostly it is a slip. */
function warnOfSlip(action: string, io: Io, verb: string): void {
  if (EVENT_NAMES.some((event) => action.startsWith(event))) return;
  const near = nearest(action, EVENT_NAMES);
  if (near === undefined) return;
  io.err(
    `hookline ${verb}: no event is called ${JSON.stringify(action)}; did you mean ${near}? ` +
      `Showing lines whose action is exactly that.\n`,
  );
}
