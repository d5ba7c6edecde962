// Sinks, and their parked events.
import { isTable } from "../base/table.ts";
import { json, Refused } from "./_answers.ts";
import type { Redelivered } from "./api_types.ts";
import { readBody } from "./_body.ts";
import type { Call, EndpointEntry } from "./_call.ts";
import { sinkInfos } from "./overview.ts";

export const SINK_ENDPOINTS: readonly EndpointEntry[] = [
  {
    method: "GET",
    path: "/sinks",
    name: "get_sinks",
    descr: "Where events go, and how that is doing",
    answer: ({ sources }) => json(sinkInfos(sources)),
  },
  {
    method: "POST",
    path: "/sinks/redeliver",
    name: "redeliver",
    descr: "Sends the parked events of a sink again",
    answer: redeliver,
  },
];

async function redeliver({ request, sources, peer }: Call): Promise<Response> {
  const body = await readBody(request);
  const url = isTable(body) ? body["url"] : undefined;
  if (typeof url !== "string") {
    throw new Refused(400, "url is missing: that of a sink, as /api/v1/sinks shows it.");
  }
  const index = sinkInfos(sources).findIndex((sink) => sink.url === url);
  const redelivering = sources.redeliver(index, request.signal);
  if (redelivering === undefined) throw new Refused(404, "there is no such sink, or it parks no events.");
  sources.log("info", "parked events are sent again", { url, by: peer });
  const { sent, failed, skipped, lastFailure } = await redelivering;
  return json({ sent, failed, skipped, last_failure: lastFailure ?? null } satisfies Redelivered);
}
