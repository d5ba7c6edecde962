// A live view in the test's own process: an in-memory broker whose clock stands, and real HTTP at a free port.
import { optionsFrom } from "../../src/base/option.ts";
import type { SinkStatus } from "../../src/sinks/sink.ts";
import type { ListenerInfo, StoreInfo } from "../../src/status/api_types.ts";
import { RecentEntries } from "../../src/status/log_entries.ts";
import { HTTP_API_OPTIONS, type HttpApiOptions } from "../../src/status/options.ts";
import { Status } from "../../src/status/status.ts";
import { World } from "../broker/_world.ts";
import { type Entry, logInto } from "../helpers/told.ts";

const { enable: _, address: __, ...DEFAULTS } = optionsFrom(HTTP_API_OPTIONS);

export class Live implements AsyncDisposable {
  readonly world = new World();
  readonly told: Entry[] = [];
  readonly entries = new RecentEntries();
  readonly status: Status;
  readonly options: HttpApiOptions;
  /** Of its one sink, and of its store. */
  sink: SinkStatus = { state: "ok", linesWritten: 7, linesWaiting: 0, linesDropped: {} };
  store: StoreInfo = { state: "ok", bytes: 4096, last_error: null, kept_bytes: 0, limit_bytes: 0 };
  listeners: ListenerInfo[] = [];

  private constructor(options: Partial<HttpApiOptions>) {
    this.options = { ...DEFAULTS, hostname: "127.0.0.1", port: 0, hosts: [], isWritten: true, ...options };
    this.listeners = [{
      name: "test",
      kind: "tcp",
      address: "127.0.0.1:1883",
      clients: 0,
      handshakes: 0,
      connections_total: 0,
      clients_total: 0,
      packets_received: 0,
      packets_sent: 0,
      bytes_received: 0,
      bytes_sent: 0,
      certificate_expires: null,
    }];
    this.status = new Status({
      version: "1.2.3",
      broker: this.world.broker.view,
      hooks: this.world.hooks,
      listeners: () => this.listeners,
      sinks: () => [{ url: "file:///hook.log", status: this.sink }],
      redeliver: () => undefined,
      store: () => this.store,
      entries: this.entries,
      log: logInto(this.told),
      clock: this.world.clock,
    });
  }

  /** @param sysInterval milliseconds; 0: nothing below $SYS/ */
  static async open(options: Partial<HttpApiOptions> = {}, sysInterval = 0): Promise<Live> {
    const live = new Live(options);
    await live.status.open({ http: live.options, sysInterval });
    return live;
  }

  get url(): string {
    return `http://${this.status.address}`;
  }

  /** @param path behind the address, from the first slash on */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** The answer's status. */
  async statusOf(path: string, method = "GET"): Promise<number> {
    const response = await this.fetch(path, { method });
    await response.body?.cancel();
    return response.status;
  }

  /** The answer's JSON, below /api/v1. */
  // deno-lint-ignore no-explicit-any -- what a test expects of it, it says right there
  async json(path: string): Promise<any> {
    const response = await this.fetch(`/api/v1${path}`);
    return await response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.status[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}
