// The HTTP server of the live view: one socket, opened, moved to another address by a reload, and closed.
import type { Clock } from "../base/clock.ts";
import { addressText } from "../base/peer_address.ts";
import { errorText } from "../base/error_text.ts";
import type { HttpApiOptions } from "./options.ts";

/** Milliseconds that answers under way have at the end. */
const GRACE = 1_000;

/** The address cannot be had; `message` is a whole sentence. */
export class ServeError extends Error {
  override readonly name = "ServeError";
}

/** @param peer address and port */
export type Handler = (request: Request, peer: string) => Promise<Response>;

export class HttpServer {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();

  /** Listens. Throws ServeError. */
  constructor(readonly options: HttpApiOptions, handler: Handler, clock: Clock) {
    const { hostname, port } = options;
    this.#clock = clock;
    try {
      this.#server = Deno.serve({
        hostname,
        port,
        signal: this.#closing.signal,
        onListen: () => {},
        onError: () => new Response(null, { status: 500 }),
      }, (request, { remoteAddr }) => handler(request, addressText(remoteAddr)));
    } catch (error) {
      throw new ServeError(sentence(options, error), { cause: error });
    }
  }

  /** Where it really listens. */
  get address(): string {
    return addressText(this.#server.addr);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Ends what is not answered within a second; resolves when the address is free. Harmless when repeated. */
  async close(): Promise<void> {
    const stopTimer = this.#clock.setTimer(GRACE, () => this.#closing.abort());
    await this.#server.shutdown();
    stopTimer();
  }
}

/** Why it could not listen there now, as a whole sentence, or undefined. Serves nobody. */
export function probeHttp(options: HttpApiOptions): string | undefined {
  try {
    Deno.listen({ hostname: options.hostname, port: options.port }).close();
    return undefined;
  } catch (error) {
    return sentence(options, error);
  }
}

function sentence(options: HttpApiOptions, error: unknown): string {
  return `the HTTP API cannot listen on ${addressText(options)}: ${whyNot(error)}`;
}

function whyNot(error: unknown): string {
  return error instanceof Deno.errors.AddrInUse
    ? "the address is in use by another program"
    : errorText(error);
}
