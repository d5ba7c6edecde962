// A sink that keeps its lines in memory.
import type { Sink, SinkStatus } from "../../src/sinks/sink.ts";

export class MemorySink implements Sink {
  /** Appended and not yet flushed. */
  appended: string[] = [];
  /** Flushed. */
  lines: string[] = [];
  /** What a test has happen to it; what is lost is forgotten. */
  readonly intake: { failure: string | undefined; failures: number; dropped: Record<string, number> } = {
    failure: undefined,
    failures: 0,
    dropped: {},
  };
  constructor(readonly url: string) {}

  append(line: string): void {
    this.appended.push(line);
  }

  flush(): void {
    this.lines.push(...this.appended);
    this.appended = [];
  }

  reopen(): void {}

  status(): SinkStatus {
    return {
      state: "ok",
      linesWritten: this.lines.length,
      linesWaiting: this.appended.length,
      linesDropped: {},
    };
  }

  prepare(): undefined {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
