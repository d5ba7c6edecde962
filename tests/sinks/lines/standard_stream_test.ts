// Standard output as a place for lines: whole lines in order, whatever part of them a pipe takes.
import assert from "node:assert/strict";
import { LineWriter } from "../../../src/sinks/lines/line_writer.ts";
import { StandardStream } from "../../../src/sinks/lines/standard_stream.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { line, upTo } from "../_lines.ts";

/** A pipe that holds so many bytes, and refuses more until they were read. */
class Pipe {
  readonly #decoder = new TextDecoder();
  text = "";
  room = 0;

  writeSync(bytes: Uint8Array): number {
    if (this.room === 0) throw new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)");
    const part = bytes.subarray(0, this.room);
    this.text += this.#decoder.decode(part, { stream: true });
    this.room -= part.length;
    return part.length;
  }
}

for (const room of [1, 7, line(0).length, 200]) {
  Deno.test(`a pipe that takes ${room} bytes at a time gets every line once, whole and in order`, async () => {
    const [pipe, clock] = [new Pipe(), new FakeClock()];
    const writer = new LineWriter(new StandardStream("/dev/stdout", pipe), 10_000, () => {}, clock);
    for (const n of upTo(10)) {
      writer.append(line(n, "温度"));
      writer.flush();
      pipe.room = room;
      clock.advance(100);
    }
    for (let i = 0; i < 700; i++) {
      pipe.room = room;
      clock.advance(100);
    }
    assert.equal(pipe.text, upTo(10).map((n) => line(n, "温度")).join(""));
    assert.deepEqual([writer.written, writer.waiting, writer.failure], [10, 0, undefined]);
    await writer.close();
    assert.equal(clock.timers, 0);
  });
}
