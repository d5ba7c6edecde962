// An HTTP sink of a test, with its endpoint, its spool and its clock.
import { FILE_DEFAULTS, type FileOptions } from "../../../src/sinks/file/options.ts";
import { HttpSink } from "../../../src/sinks/http/http_sink.ts";
import { HTTP_DEFAULTS, type HttpEndpoint, type HttpOptions } from "../../../src/sinks/http/options.ts";
import type { SinkOptions } from "../../../src/sinks/options.ts";
import { FailingDisk } from "../../helpers/failing_disk.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { type Entry, logInto } from "../../helpers/told.ts";
import { until } from "../../helpers/until.ts";
import { Endpoint } from "../../helpers/http_endpoint.ts";

/** Options that differ from the defaults, what a file and the URL's own table say among them. */
export type Differing = Partial<HttpOptions> & {
  readonly file?: Partial<FileOptions>;
  readonly endpoint?: HttpEndpoint;
};

/** Everything a test of the HTTP sink has; disposing of it removes the spool. */
export class Setting implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly disk = new FailingDisk();
  readonly reports: Entry[] = [];
  readonly dir = Deno.makeTempDirSync({ prefix: "hookline-http-" });
  readonly #sinks: HttpSink[] = [];

  private constructor(readonly endpoint: Endpoint, readonly options: Differing) {}

  /** @param options of every sink that is opened */
  static async make(options: Differing = {}): Promise<Setting> {
    return new Setting(await Endpoint.start(), options);
  }

  /** All options of a sink: these over those of the setting, over the defaults. */
  optionsWith(options: Differing): SinkOptions {
    const { file, endpoint = {}, ...http } = { ...this.options, ...options };
    return {
      cwd: this.dir,
      file: { ...FILE_DEFAULTS, ...file },
      http: { ...HTTP_DEFAULTS, spoolDir: this.dir, shutdownTimeout: 2_000, ...http },
      endpoints: new Map([[this.endpoint.url, endpoint]]),
    };
  }

  /** Opens a sink on the spool; a second one after the first was disposed of is a restart. */
  open(options: Differing = {}): HttpSink {
    const all = this.optionsWith(options);
    const sink = new HttpSink(this.endpoint.url, all, logInto(this.reports), this.clock, this.disk);
    this.#sinks.push(sink);
    return sink;
  }

  /** The folder of the URL's spool. */
  get folder(): string {
    const [entry] = Deno.readDirSync(this.dir);
    return `${this.dir}/${entry?.name}`;
  }

  /** Lets time pass, second by second, with what it sets going in between, until `condition` holds. */
  async passUntil(condition: () => boolean, what: string, step = 1_000, timeout = 10_000): Promise<void> {
    const deadline = performance.now() + timeout;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`gave up after ${timeout} ms: ${what}`);
      this.clock.advance(step);
      // Requests are real: they need real time to come back.
      await settled();
    }
  }

  /** Waits in real time, while the sink's clock stands. */
  wait(condition: () => boolean, what: string): Promise<void> {
    return until(condition, what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sink of this.#sinks) {
      const done = sink[Symbol.asyncDispose]();
      // Requests that are in flight and never answered end with shutdown_timeout.
      await settled();
      this.clock.advance(2_000);
      await done;
    }
    await this.endpoint[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** Some rounds of the event loop: enough for a request to this process and its answer. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}
