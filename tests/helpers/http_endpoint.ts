// An HTTP endpoint in this process that a test tells how to behave, and that keeps what it was sent.
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { Fetches } from "./fetches.ts";

/** One request that came whole. */
export interface Received {
  /** The events of the body. */
  readonly lines: readonly string[];
  readonly headers: IncomingMessage["headers"];
  readonly method: string;
  readonly path: string;
  /** Answered with a status from 200 to 299. */
  taken: boolean;
}

/** `close` ends the connection in the middle of an answer, `never` leaves it open without one. */
export type Answer = "close" | "never" | {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Sent after `body` went out, in a piece of its own. */
  readonly rest?: string;
};

export type Behaviour = (request: Received) => Answer | Promise<Answer>;

export const ok: Behaviour = () => ({ status: 204 });
export const answer = (status: number, headers: Record<string, string> = {}, body = ""): Behaviour => () => ({
  status,
  headers,
  body,
});

export class Endpoint implements AsyncDisposable {
  readonly requests: Received[] = [];
  /** Requests without an answer that wait for one; a client that gives up takes its own away. */
  unanswered = 0;
  behave: Behaviour = ok;
  readonly #tls: ServerOptions | undefined;
  #server: ReturnType<typeof createServer> | undefined;
  #port = 0;
  #fetches: Fetches | undefined;

  /** @param tls makes it an https endpoint */
  static async start(tls?: ServerOptions): Promise<Endpoint> {
    const endpoint = new Endpoint(tls);
    await endpoint.restart();
    endpoint.#fetches = new Fetches(endpoint.url);
    return endpoint;
  }

  private constructor(tls: ServerOptions | undefined) {
    this.#tls = tls;
  }

  get url(): string {
    return `http${this.#tls === undefined ? "" : "s"}://127.0.0.1:${this.#port}/hook`;
  }

  /** Lines of requests that were taken, in the order of their arrival. */
  get lines(): string[] {
    return this.requests.filter(({ taken }) => taken).flatMap(({ lines }) => lines);
  }

  /** Listens, on the same port as before. */
  async restart(): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#handle(request, response);
    const server = this.#tls === undefined ? createServer(handle) : createTlsServer(this.#tls, handle);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Connections are refused from now on; those there are, are closed. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Resolves when no request of this process to it is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#fetches?.ended();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      // The client gave up; it is no request then.
      return;
    }
    const bytes = Buffer.concat(parts);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
    const received: Received = {
      lines: body.toString().split("\n").filter((line) => line !== ""),
      headers: request.headers,
      method: request.method ?? "",
      path: request.url ?? "",
      taken: false,
    };
    this.requests.push(received);
    const answer = await this.behave(received);
    if (answer === "never") {
      this.unanswered++;
      response.once("close", () => this.unanswered--);
      return;
    }
    if (answer === "close") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half an ans", () => response.destroy());
      return;
    }
    received.taken = answer.status >= 200 && answer.status <= 299;
    response.writeHead(answer.status, answer.headers);
    if (answer.rest === undefined) response.end(answer.status === 204 ? undefined : answer.body);
    else response.write(answer.body ?? "", () => setImmediate(() => response.end(answer.rest)));
  }
}
