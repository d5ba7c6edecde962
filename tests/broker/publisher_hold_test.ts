// The hold: who is held, for how long, and who no longer may hold.
import { equal } from "node:assert/strict";
import { type Publisher, PublisherHold } from "../../src/broker/publisher_hold.ts";
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

function holdWithClock(): { hold: PublisherHold; clock: FakeClock } {
  const clock = new FakeClock();
  return { hold: new PublisherHold(clock), clock };
}

Deno.test("a publisher is held once, until it is released", () => {
  const { hold, clock } = holdWithClock();
  const publisher = new FakePublisher();
  hold.hold(publisher);
  hold.hold(publisher);
  equal(publisher.holds, 1);
  equal(hold.holding, true);
  hold.release();
  equal(publisher.holds, 0);
  equal(hold.holding, false);
  equal(clock.timers, 0);
});

Deno.test("a subscriber that takes nothing for 250 ms holds nobody until it has caught up", () => {
  const { hold, clock } = holdWithClock();
  const first = new FakePublisher();
  const second = new FakePublisher();
  hold.hold(first);
  clock.advance(100);
  hold.hold(second);
  clock.advance(149);
  equal(first.holds + second.holds, 2);
  clock.advance(1);
  equal(first.holds + second.holds, 0);
  hold.hold(first);
  equal(first.holds, 0);
  equal(clock.timers, 0);
  hold.caughtUp();
  hold.hold(first);
  equal(first.holds, 1);
  hold.release();
});

Deno.test("a subscriber that gets on but does not catch up in two seconds is on its own from then on", () => {
  const { hold, clock } = holdWithClock();
  const publisher = new FakePublisher();
  hold.hold(publisher);
  for (let ms = 0; ms < 1_900; ms += 100) {
    clock.advance(100);
    hold.progress();
    equal(publisher.holds, 1);
  }
  clock.advance(100);
  equal(publisher.holds, 0);
  hold.hold(publisher);
  equal(publisher.holds, 0);
  equal(clock.timers, 0);
});

Deno.test("a subscriber that catches up in time may hold again and again", () => {
  const { hold, clock } = holdWithClock();
  const publisher = new FakePublisher();
  for (let i = 0; i < 20; i++) {
    hold.hold(publisher);
    clock.advance(240);
    equal(publisher.holds, 1);
    hold.release();
  }
  equal(clock.timers, 0);
});

Deno.test("a publisher that has messages waiting itself, and the broker's own messages, are not held", () => {
  const { hold, clock } = holdWithClock();
  const busy = new FakePublisher(false);
  hold.hold(busy);
  hold.hold(undefined);
  equal(busy.holds, 0);
  equal(clock.timers, 0);
});
