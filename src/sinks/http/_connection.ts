// What all requests to one endpoint have in common: where they go, with which headers and certificates.
import type { Target } from "./_target.ts";

export interface ConnectionOptions {
  /** Milliseconds for one request, its answer included. */
  readonly timeout: number;
  /** Connections kept open while idle. */
  readonly concurrency: number;
  readonly compression: "none" | "gzip";
}

/** Everything that requests have in common. */
export interface Connection {
  readonly target: Target;
  readonly options: ConnectionOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Deno.HttpClient;
}

/** Makes ready for requests, and sends none. Throws what Deno says of the TLS files. */
export function connectionTo(target: Target, options: ConnectionOptions): Connection {
  return {
    target,
    options,
    headers: {
      ...target.headers,
      ...(options.compression === "gzip" && { "content-encoding": "gzip" }),
    },
    client: Deno.createHttpClient({
      ...target.tls as Deno.CreateHttpClientOptions,
      poolMaxIdlePerHost: options.concurrency,
    }),
  };
}
