// Each request to its endpoint: the table of them, and what an answer that went wrong says.
import { errorStack } from "../base/error_text.ts";
import { answer, json, refusal, Refused } from "./_answers.ts";
import type { Endpoint, Overview } from "./api_types.ts";
import type { Call, EndpointEntry } from "./_call.ts";
import { CLIENT_ENDPOINTS } from "./_clients.ts";
import { guard } from "./_guard.ts";
import { LIVE_ENDPOINTS } from "./_live.ts";
import { MESSAGE_ENDPOINTS } from "./_messages.ts";
import { NODE_ENDPOINTS } from "./_node.ts";
import { health, overview } from "./overview.ts";
import { PAGE_FILES, PAGE_HEADERS } from "./page/page.ts";
import { PROMETHEUS_TYPE, prometheusText } from "./_prometheus.ts";
import { Query } from "./_query.ts";
import { SINK_ENDPOINTS } from "./_sinks.ts";

const API = "/api/v1";

const ENDPOINTS: readonly EndpointEntry[] = [
  { method: "GET", path: "", name: "get_apis", descr: "This list", answer: () => json(endpoints()) },
  ...NODE_ENDPOINTS,
  ...CLIENT_ENDPOINTS,
  ...MESSAGE_ENDPOINTS,
  ...SINK_ENDPOINTS,
  ...LIVE_ENDPOINTS,
];

function endpoints(): Endpoint[] {
  return ENDPOINTS.map(({ path, name, method, descr }) => ({ path, name, method, descr }));
}

/** What a call has before its path is known. */
export type Context = Omit<Call, "request" | "query" | "path" | "peer">;

/** @param peer address and port of whoever asks */
export async function route(context: Context, request: Request, peer: string): Promise<Response> {
  try {
    return await dispatched(context, request, peer);
  } catch (error) {
    if (error instanceof Refused) return refusal(error);
    // A defect of ours: this request pays, and the log has it.
    context.sources.log("error", "a request to the HTTP API could not be answered", {
      error: errorStack(error),
    });
    return json({ error: "this could not be answered; the log says why." }, 500);
  }
}

async function dispatched(context: Context, request: Request, peer: string): Promise<Response> {
  const url = URL.parse(request.url);
  if (url === null) throw new Refused(400, "the Host header or the path is malformed.");
  const { pathname, searchParams } = url;
  const file = PAGE_FILES.get(pathname);
  const isOpen = file !== undefined || pathname === "/healthz" || pathname === "/readyz";
  guard(request, context.options, isOpen);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (isOpen && method !== "GET") throw new Refused(405, "only GET is for this path.");
  if (file !== undefined) return answer(file.body, file.type, 200, PAGE_HEADERS);
  if (pathname === "/healthz") return json({ running: true });
  if (pathname === "/readyz") {
    const state = health(context.sources);
    return json(state, state.ready ? 200 : 503);
  }
  const prometheus = pathname === "/metrics" || pathname === `${API}/metrics/prometheus`;
  if (prometheus && method === "GET") return answer(prometheusText(now(context)), PROMETHEUS_TYPE);
  const found = matching(pathname);
  if (found.length === 0) {
    throw new Refused(404, `there is nothing at this path; ${API} lists what there is.`);
  }
  const [endpoint, path] = found.find(([each]) => each.method === method) ?? [];
  if (endpoint === undefined || path === undefined) {
    throw new Refused(
      405,
      `for this path there is only ${found.map(([each]) => each.method).join(" and ")}.`,
    );
  }
  return await endpoint.answer({ ...context, request, query: new Query(searchParams), path, peer });
}

function now({ sources, started, streams }: Context): Overview {
  return overview(sources, started, streams.size);
}

/** The endpoints of a path, each with what stands for its names; the first one of a method counts. */
function matching(pathname: string): (readonly [EndpointEntry, Record<string, string>])[] {
  if (pathname !== API && !pathname.startsWith(`${API}/`)) return [];
  const parts = pathname.slice(API.length).replace(/\/$/, "").split("/");
  return ENDPOINTS.flatMap((endpoint) => {
    const names = endpoint.path.split("/");
    if (names.length !== parts.length) return [];
    const path: Record<string, string> = {};
    for (const [i, name] of names.entries()) {
      const part = parts[i] ?? "";
      if (name.startsWith("{")) path[name.slice(1, -1)] = decodedPart(part);
      else if (name !== part) return [];
    }
    return [[endpoint, path] as const];
  });
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // What % stands before is no escape.
    throw new Refused(400, "the path has a % that begins no escape; write it as %25.");
  }
}
