// The live view: what the broker is and does, over HTTP and below $SYS/. Nothing is done while nobody asks.
import { OnceAMinute } from "../base/once_a_minute.ts";
import type { Prepared, Reloadable } from "../base/prepared.ts";
import { addressText } from "../base/peer_address.ts";
import { payloadHidden } from "../hooks/lines.ts";
import type { MessageData } from "../hooks/events.ts";
import type { HttpApiOptions, StatusOptions } from "./options.ts";
import { route } from "./_router.ts";
import { HttpServer, ServeError } from "./server.ts";
import type { StatusSources } from "./sources.ts";
import { Streams } from "./_streams.ts";
import { SysTopics } from "./_sys_topics.ts";
import { TopicCounts } from "./_topic_counts.ts";

interface Opened {
  readonly server: HttpServer | undefined;
  /** The one before is closed: its address was in the way. */
  readonly closedFirst: boolean;
  /** It is not open, and nobody asked for it. */
  readonly warning?: string;
}

export class Status implements Reloadable<StatusOptions>, AsyncDisposable {
  readonly #sources: StatusSources;
  readonly #started: number;
  readonly #streams: Streams;
  readonly #topics: TopicCounts;
  readonly #sys: SysTopics;
  /** Who sent a wrong token. */
  readonly #wrongTokens: OnceAMinute<string>;
  #server: HttpServer | undefined = undefined;
  #options: HttpApiOptions | undefined = undefined;

  /** Listens nowhere yet. */
  constructor(sources: StatusSources) {
    this.#sources = sources;
    this.#started = sources.clock.now();
    const changed = (): void => this.#watch();
    this.#streams = new Streams(sources.clock, changed);
    this.#wrongTokens = new OnceAMinute(sources.clock, (count, last) => {
      sources.log("warn", "requests to the HTTP API had a wrong token", { count, last });
    });
    this.#sys = new SysTopics(sources, this.#started);
    const hides = (topic: string): boolean => payloadHidden(sources.hooks.lineOptions)(topic);
    this.#topics = new TopicCounts(sources.clock, hides, changed);
  }

  /** Where the HTTP API listens; undefined where it does not. */
  get address(): string | undefined {
    return this.#server?.address;
  }

  /** Begins. Rejects with ServeError where the address that somebody wrote cannot be had. */
  async open(options: StatusOptions): Promise<void> {
    (await this.prepare(options)).commit();
  }

  async prepare({ http, sysInterval }: StatusOptions): Promise<Prepared> {
    const before = this.#server;
    const { server: next, closedFirst, warning } = await this.#opened(http);
    const { log } = this.#sources;
    return {
      afterRestart: [],
      commit: () => {
        this.#options = http;
        this.#sys.every(sysInterval);
        this.#server = next;
        if (warning !== undefined) log("warn", warning);
        if (next === before) return;
        if (before !== undefined) {
          this.#streams.close();
          log("info", `the HTTP API no longer listens on ${before.address}`);
          void before.close();
        }
        if (next !== undefined) log("info", `live view on http://${next.address}/`, { port: next.port });
      },
      abandon: async () => {
        if (next === before) return;
        await next?.close();
        if (closedFirst) this.#server = before && this.#listen(before.options);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#streams.close();
    this.#topics.stop();
    this.#sys.stop();
    this.#wrongTokens[Symbol.dispose]();
    await this.#server?.close();
  }

  /** A server at the address: the one that is open, or a new one, for which that had to be closed or not. */
  async #opened(http: HttpApiOptions | undefined): Promise<Opened> {
    const before = this.#server;
    if (http === undefined) return { server: undefined, closedFirst: false };
    if (before !== undefined && addressText(before.options) === addressText(http)) {
      return { server: before, closedFirst: false };
    }
    try {
      return { server: this.#listen(http), closedFirst: false };
    } catch (error) {
      if (!(error instanceof ServeError)) throw error;
      if (before === undefined && !http.isWritten) {
        return {
          server: undefined,
          closedFirst: false,
          warning: `${error.message}; the broker goes on without it`,
        };
      }
      if (before?.options.port !== http.port) throw error;
    }
    // 127.0.0.1:6060 becomes 0.0.0.0:6060: the old one is in the way.
    await before?.close();
    try {
      return { server: this.#listen(http), closedFirst: true };
    } catch (error) {
      this.#server = before && this.#listen(before.options);
      throw error;
    }
  }

  #listen(http: HttpApiOptions): HttpServer {
    return new HttpServer(http, async (request, peer) => {
      const options = this.#options ?? http;
      const context = {
        options,
        sources: this.#sources,
        streams: this.#streams,
        topics: this.#topics,
        started: this.#started,
      };
      const response = await route(context, request, peer);
      if (response.status === 401 && request.headers.has("authorization")) this.#wrongTokens.add(peer);
      if (options.requestLog) {
        const path = URL.parse(request.url)?.pathname ?? "";
        const fields = { peer, method: request.method, path, status: response.status };
        this.#sources.log("info", "HTTP request", fields);
      }
      return response;
    }, this.#sources.clock);
  }

  /** Events are shown to this room only while somebody wants to see them. */
  #watch(): void {
    const [streams, topics] = [this.#streams, this.#topics];
    const { hooks } = this.#sources;
    if (!streams.watching && !topics.counting) return hooks.watch(undefined);
    hooks.watch({
      wants: (event, data) => {
        // Only this event has a message for data.
        if (topics.counting && event === "message_publish") topics.count(data as MessageData);
        return streams.watching && streams.wants(event, data);
      },
      take: (line) => streams.take(line),
    });
  }
}
