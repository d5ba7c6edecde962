// The file sink: an append file, or a standard stream, behind a line writer.
import type { Clock } from "../clock.ts";
import type { ReportSink, Sink, SinkStatus } from "../sink.ts";
import { type Disk, realDisk } from "./disk.ts";
import { AppendFile } from "./append_file.ts";
import { LineWriter, type Tell } from "./line_writer.ts";
import type { FileOptions } from "./options.ts";
import { StandardStream, standardStreamOf } from "./standard_stream.ts";

export class FileSink implements Sink {
  readonly url: string;
  /** Undefined for a standard stream, which has no use for its options. */
  readonly #file: AppendFile | undefined;
  readonly #writer: LineWriter;

  /** Opens the file; when that fails the sink starts degraded and goes on trying. Never throws. */
  constructor(
    url: string,
    path: string,
    options: FileOptions,
    report: ReportSink,
    clock: Clock,
    disk: Disk = realDisk,
  ) {
    this.url = url;
    const tell: Tell = (level, text, dropped = 0) =>
      report({ level, url, text, ...(dropped > 0 ? { dropped } : {}) });
    const stream = standardStreamOf(path);
    const target = stream === undefined
      ? this.#file = new AppendFile(path, { ...options, ownStart: '{"action":"' }, tell, clock, disk)
      : new StandardStream(path, stream);
    this.#writer = new LineWriter(target, options.bufferBytes, tell, clock);
  }

  /** Takes other options from here on; no line waits for it. */
  reconfigure(options: FileOptions): void {
    this.#file?.reconfigure(options);
    this.#writer.bufferBytes = options.bufferBytes;
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

  /** What the disk does not take now is lost, counted and reported; waits for a compression, at most five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
  }
}
