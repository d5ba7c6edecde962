// The brake: who is held, for how long, and who no longer may hold.
import { equal } from "node:assert/strict";
import { Brake, type Publisher } from "../../src/broker/brake.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

class FakePublisher implements Publisher {
  holds = 0;
  constructor(readonly holdable = true) {}
  hold(): void {
    this.holds++;
  }
  release(): void {
    this.holds--;
  }
}

function brakeWithClock(): { brake: Brake; clock: FakeClock } {
  const clock = new FakeClock();
  return { brake: new Brake((ms, fn) => clock.setTimer(ms, fn)), clock };
}

Deno.test("a publisher is held once, until it is released", () => {
  const { brake, clock } = brakeWithClock();
  const publisher = new FakePublisher();
  brake.hold(publisher);
  brake.hold(publisher);
  equal(publisher.holds, 1);
  equal(brake.holding, true);
  brake.release();
  equal(publisher.holds, 0);
  equal(brake.holding, false);
  equal(clock.timers, 0);
});

Deno.test("a subscriber that takes nothing for 250 ms holds nobody until forgiven", () => {
  const { brake, clock } = brakeWithClock();
  const first = new FakePublisher();
  const second = new FakePublisher();
  brake.hold(first);
  clock.advance(100);
  brake.hold(second);
  clock.advance(149);
  equal(first.holds + second.holds, 2);
  clock.advance(1);
  equal(first.holds + second.holds, 0);
  brake.hold(first);
  equal(first.holds, 0);
  equal(clock.timers, 0);
  brake.forgive();
  brake.hold(first);
  equal(first.holds, 1);
  brake.release();
});

Deno.test("a subscriber that gets on but does not catch up in two seconds is on its own from then on", () => {
  const { brake, clock } = brakeWithClock();
  const publisher = new FakePublisher();
  brake.hold(publisher);
  for (let ms = 0; ms < 1_900; ms += 100) {
    clock.advance(100);
    brake.progress();
    equal(publisher.holds, 1);
  }
  clock.advance(100);
  equal(publisher.holds, 0);
  brake.hold(publisher);
  equal(publisher.holds, 0);
  equal(clock.timers, 0);
});

Deno.test("a subscriber that catches up in time may hold again and again", () => {
  const { brake, clock } = brakeWithClock();
  const publisher = new FakePublisher();
  for (let i = 0; i < 20; i++) {
    brake.hold(publisher);
    clock.advance(240);
    equal(publisher.holds, 1);
    brake.release();
  }
  equal(clock.timers, 0);
});

Deno.test("a publisher that has messages waiting itself, and the broker's own messages, are not held", () => {
  const { brake, clock } = brakeWithClock();
  const busy = new FakePublisher(false);
  brake.hold(busy);
  brake.hold(undefined);
  equal(busy.holds, 0);
  equal(clock.timers, 0);
});
