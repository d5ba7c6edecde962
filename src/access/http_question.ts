// One question to a web server about a client: the request with its placeholders filled in, and what the
// answer says.
import { isTable } from "../base/table.ts";
import { errorText } from "../base/error_text.ts";
import { hostOf } from "../base/peer_address.ts";
import type { Peer } from "./access.ts";

/** Bytes of an answer that are read: an `acl` list of a thousand entries is below it. */
const MOST_ANSWER = 256 * 1024;

/** `http_auth_req` or `http_acl_req`. */
export interface HttpRequest {
  readonly url: string;
  readonly method: "get" | "post" | "put";
  /** `http_headers` and the request's own, which win; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/** Headers that belong to the connection, which is not a file's to describe. */
const OF_CONNECTION = ["connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"];

/** Later ones win, whatever the case of their names. */
export function mergeHeaders(...all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const entries = all.flatMap((headers) => Object.entries(headers));
  const merged = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  for (const name of OF_CONNECTION) delete merged[name];
  return merged;
}

/** What placeholders stand for, by their letter. */
export interface Subject {
  readonly peer: Peer;
  readonly password?: Uint8Array | undefined;
  /** 1: subscribe, 2: publish. */
  readonly access?: 1 | 2;
  readonly topic?: string;
}

export interface HttpAnswer {
  readonly result: "allow" | "deny" | "ignore";
  readonly superuser: boolean;
  /** Unix seconds. */
  readonly expireAt?: number;
  /** As it came. */
  readonly acl?: unknown;
  /** Milliseconds that the answer may be kept; -1: as long as the connection; 0: not at all. */
  readonly cache: number;
}

/**
 * Asks, and gives up at the signal. Never follows a redirection: it leads to a login page, or somewhere else
 * with the password.
 * @throws where no clear answer came; the message holds nothing that was sent
 */
export async function ask(request: HttpRequest, subject: Subject, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, init } = requestFor(request, subject);
  const response = await fetch(url, { ...init, redirect: "manual", signal }).catch((error) => {
    throw signal.aborted ? signal.reason : new Error(`it cannot be reached${whyNot(error)}`);
  });
  if (response.status < 200 || response.status > 299) {
    await response.body?.cancel();
    throw new Error(`it answered ${response.status}`);
  }
  return readAnswer(await bodyText(response), response.headers);
}

function requestFor(request: HttpRequest, subject: Subject): { url: string; init: RequestInit } {
  const params = Object.entries(request.params).map(([name, value]) => [name, fill(value, subject)]);
  const { headers, method } = request;
  if (method === "get") {
    const url = new URL(request.url);
    for (const [name = "", value = ""] of params) url.searchParams.append(name, value);
    const { "content-type": _, ...others } = headers;
    return { url: url.href, init: { method: "GET", headers: others } };
  }
  const json = (headers["content-type"] ?? "").toLowerCase().includes("json");
  const body = json ? JSON.stringify(Object.fromEntries(params)) : new URLSearchParams(params).toString();
  const type = json ? "application/json" : "application/x-www-form-urlencoded";
  return {
    url: request.url,
    init: { method: method.toUpperCase(), headers: { ...headers, "content-type": type }, body },
  };
}

/** Deno's own sentence quotes the URL, where a GET has the password: only the known reason is taken. */
function whyNot(error: unknown): string {
  const known = /connection refused|connection reset|connection closed|dns error|invalid peer certificate/i;
  const cause = error instanceof Error ? error.cause ?? error : error;
  const found = known.exec(errorText(cause))?.[0];
  return found === undefined ? "" : `: ${found.toLowerCase()}`;
}

/** In one pass, so that a name which looks like a placeholder stays that name. */
function fill(text: string, { peer, password, access, topic = "" }: Subject): string {
  return text.replace(/%[ucarPAt]/g, (placeholder) => {
    switch (placeholder) {
      case "%u":
        return peer.username ?? "";
      case "%c":
        return peer.clientId;
      case "%a":
        return hostOf(peer.address);
      case "%r":
        return String(peer.protocolVersion);
      case "%P":
        return new TextDecoder().decode(password);
      case "%A":
        return String(access ?? "");
      default:
        return topic;
    }
  });
}

async function bodyText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_ANSWER) throw new Error(`its answer is longer than ${MOST_ANSWER} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readAnswer(text: string, headers: Headers): HttpAnswer {
  const superuser = headers.get("x-superuser")?.trim().toLowerCase() === "true";
  const cache = cacheTime(headers.get("x-cache"));
  const plain = text.trim().toLowerCase();
  if (isResult(plain)) return { result: plain, superuser, cache };
  const answer = parsed(text);
  if (!isTable(answer) || !isResult(answer["result"])) {
    throw new Error("its answer is neither allow, deny nor ignore");
  }
  const { result, superuser: written, expire_at: expireAt, acl } = answer;
  if (expireAt !== undefined && expireAt !== null && !Number.isSafeInteger(expireAt)) {
    throw new Error("expire_at in its answer is not a number of seconds");
  }
  return {
    result,
    superuser: superuser || written === true,
    cache,
    ...typeof expireAt === "number" && { expireAt },
    ...acl !== undefined && acl !== null && { acl },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON either: the caller says so.
    return undefined;
  }
}

function isResult(value: unknown): value is HttpAnswer["result"] {
  return value === "allow" || value === "deny" || value === "ignore";
}

function cacheTime(header: string | null): number {
  const time = header !== null && /^(-1|\d{1,12})$/.test(header.trim()) ? Number(header) : 0;
  return time;
}
