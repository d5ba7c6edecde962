// The turn: everything entered within it ends together, sinks before sockets.
import assert from "node:assert/strict";
import { Turn } from "../../src/broker/turn.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

/** A turn whose ends run when the test says so. */
class Bench {
  readonly clock = new FakeClock();
  readonly steps: string[] = [];
  readonly ends: (() => void)[] = [];
  readonly turn = new Turn(this.clock, () => this.steps.push("sinks") > 0, (end) => this.ends.push(end));

  /** Something that flushes once per turn however often it is touched, as a connection does. */
  target(name: string): { touch(): void } {
    let waiting = false;
    const flush = (): void => {
      waiting = false;
      this.steps.push(name);
    };
    return {
      touch: () => {
        if (waiting) return;
        waiting = true;
        this.turn.flushAtEnd({ flush });
      },
    };
  }

  end(): void {
    for (const end of this.ends.splice(0)) end();
  }
}

Deno.test("sinks are flushed before any socket, and each socket once", () => {
  const it = new Bench();
  const [a, b] = [it.target("a"), it.target("b")];
  it.turn.enter();
  b.touch();
  a.touch();
  b.touch();
  assert.deepEqual(it.steps, [], "nothing leaves within the turn");
  it.end();
  assert.deepEqual(it.steps, ["sinks", "b", "a"]);
});

Deno.test("sinks are flushed in a turn that has nothing for a socket", () => {
  const it = new Bench();
  it.turn.enter();
  it.end();
  assert.deepEqual(it.steps, ["sinks"]);
});

Deno.test("what is touched while the turn ends leaves in the next one, after its lines", () => {
  const it = new Bench();
  const late = it.target("late");
  it.turn.enter();
  it.turn.flushAtEnd({
    flush: () => {
      it.turn.enter();
      late.touch();
    },
  });
  it.end();
  assert.deepEqual(it.steps, ["sinks"]);
  it.end();
  assert.deepEqual(it.steps, ["sinks", "sinks", "late"]);
});

Deno.test("time stands still within a turn, and both clocks are read when it is entered", () => {
  const it = new Bench();
  it.clock.jumped = 1_000_000;
  it.clock.advance(5);
  assert.deepEqual([it.turn.now, it.turn.monotonic], [0, 0]);
  it.turn.enter();
  assert.deepEqual([it.turn.now, it.turn.monotonic], [1_000_005, 5]);
});
