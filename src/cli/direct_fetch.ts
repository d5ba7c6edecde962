// A fetch that asks whom it was told to: Deno's own asks a proxy that the environment names, and a token
// would go there.
import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";

/** As `fetch`, without redirects, and with bodies of text alone. */
export function directFetch(
  url: URL,
  { method = "GET", headers, body, signal }: RequestInit,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { request: ask } = url.protocol === "https:" ? https : http;
  const options = {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    agent: false,
    ...signal && { signal },
  };
  const request = ask(url, options, (answer) => {
    const pairs = Object.entries(answer.headers).filter(([, value]) => typeof value === "string");
    resolve(
      new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>, {
        status: answer.statusCode ?? 0,
        headers: pairs as [string, string][],
      }),
    );
  });
  request.on("error", reject);
  request.end(typeof body === "string" ? body : undefined);
  return promise;
}
