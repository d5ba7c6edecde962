// The file sink: a rotating file, or a standard stream, behind a line writer.
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/clock.ts";
import { type Log, withFields } from "../../base/log.ts";
import { nothingToPrepare, type Prepared } from "../../base/prepared.ts";
import { type Disk, realDisk } from "../lines/disk.ts";
import type { Intake } from "../lines/intake.ts";
import { LineWriter } from "../lines/line_writer.ts";
import { RotatingFile } from "../lines/rotating_file.ts";
import { StandardStream, standardStreamOf } from "../lines/standard_stream.ts";
import type { SinkOptions } from "../options.ts";
import type { Sink, SinkStatus } from "../sink.ts";
import type { FileOptions } from "./options.ts";

export class FileSink implements Sink {
  /** Undefined for a standard stream, which has no use for its options. */
  readonly #file: RotatingFile | undefined;
  readonly #writer: LineWriter;

  /** Opens the file; when that fails the sink starts degraded and goes on trying. Never throws. */
  constructor(
    readonly url: string,
    path: string,
    private options: FileOptions,
    log: Log,
    clock: Clock,
    disk: Disk = realDisk,
  ) {
    const own = withFields(log, { url });
    const stream = standardStreamOf(path);
    const target = stream === undefined
      ? this.#file = new RotatingFile(path, { ...options, ownStart: '{"action":"' }, own, clock, disk)
      : new StandardStream(path, stream);
    this.#writer = new LineWriter(target, options.bufferBytes, own, clock);
  }

  append(line: string): void {
    this.#writer.append(line);
  }

  flush(): void {
    this.#writer.flush();
  }

  reopen(): void {
    this.#writer.reopen();
  }

  get intake(): Intake {
    return this.#writer;
  }

  status(): SinkStatus {
    const { written, waiting, dropped, failure } = this.#writer;
    return {
      state: failure === undefined ? "ok" : "degraded",
      linesWritten: written,
      linesWaiting: waiting,
      linesDropped: { ...dropped },
      ...(failure === undefined ? {} : { lastError: failure }),
    };
  }

  prepare(_url: string, { file: options }: SinkOptions): Prepared | undefined {
    if (isDeepStrictEqual(options, this.options)) return undefined;
    return nothingToPrepare(() => {
      this.options = options;
      this.#file?.reconfigure(options);
      this.#writer.bufferBytes = options.bufferBytes;
    });
  }

  /** What the disk does not take now is lost, counted, told; waits for a compression for five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
  }
}
