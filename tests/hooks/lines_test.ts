// Every event's line is what JSON.stringify makes of a plain object with the documented keys in their order.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createHooks } from "../../src/hooks/bus.ts";
import { EVENT_NAMES, type EventData, type EventName } from "../../src/hooks/events.ts";
import { LocalTime } from "../../src/hooks/local_time.ts";
import { MemorySink } from "../helpers/memory_sink.ts";
import { hostileText, SOME_EVENT } from "./_arbitraries.ts";
import { plainLine } from "./_plain_lines.ts";

for (const event of EVENT_NAMES) {
  Deno.test(`the line of ${event} is its plain twin, one line whatever the client sent`, () => twin(event));
}

function twin<E extends EventName>(event: E): void {
  const data: fc.Arbitrary<Parameters<typeof plainLine<E>>[2]> = SOME_EVENT[event];
  const type = fc.constantFrom("string" as const, "number" as const);
  fc.assert(fc.property(hostileText, data, fc.nat(4_000_000_000_000), type, (action, e, ms, packetIdType) => {
    const sink = new MemorySink("file:///hook.log");
    const hooks = createHooks(
      { [event]: [{ action, urls: [sink.url] }] },
      () => sink,
      () => ms,
      { packetIdType, redact: [], redactPayload: false },
    );
    const emit = hooks[event];
    assert(emit !== undefined);
    emit(e);
    const [line = ""] = sink.appended;
    assert.equal(sink.appended.length, 1);
    const at = { ms, text: new LocalTime().at(ms) };
    assert.equal(line, `${plainLine(event, action, e, at, packetIdType)}\n`);
    assert.doesNotMatch(line, /[\u0080-\u009f\u2028\u2029]/, "nothing a terminal would obey");
    assert.equal(line.indexOf("\n"), line.length - 1, "the newline at the end is the only one");
    assert.equal(JSON.parse(line).action, action);
  }));
}

Deno.test("there are the fifteen events of the contract, in its order", () => {
  assert.deepEqual(EVENT_NAMES, [
    "session_created",
    "session_terminated",
    "session_subscribed",
    "session_unsubscribed",
    "client_connect",
    "client_connack",
    "client_connected",
    "client_disconnected",
    "client_subscribe",
    "client_unsubscribe",
    "message_publish",
    "message_delivered",
    "message_acked",
    "message_dropped",
    "offline_message",
  ]);
});

Deno.test("what the lines of a message share is made once, and is the same in all of them", () => {
  const sink = new MemorySink("file:///hook.log");
  const rule = { action: "x", urls: [sink.url] };
  const rules = { message_publish: [rule], message_delivered: [rule], message_acked: [rule] };
  let ms = 1000;
  const hooks = createHooks(rules, () => sink, () => ms);
  const payload = Uint8Array.of(1, 2, 3);
  const message = { ...sampleMessage(), payload, receivedAt: 1000 };
  const delivery = {
    message,
    identity: message.from,
    dup: false,
    retain: false,
    qos: 1,
    packetId: 7,
  } as const;
  hooks.message_publish?.(message);
  payload.fill(0); // the buffer it was read into is used again
  ms = 2000;
  hooks.message_delivered?.(delivery);
  hooks.message_acked?.(delivery);
  const [published, delivered, acked] = sink.appended.map((line) => JSON.parse(line));
  assert.deepEqual([published.payload, delivered.payload, acked.payload], ["AQID", "AQID", "AQID"]);
  assert.deepEqual([published.ts, delivered.pts, delivered.ts, acked.pts], [1000, 1000, 2000, 1000]);
});

Deno.test("how lines are written may change while a message is on its way: nothing it had before is shown", () => {
  const sink = new MemorySink("file:///hook.log");
  const rules = { message_publish: [{ action: "x", urls: [sink.url] }] };
  const message = { ...sampleMessage(), packetId: 7, payload: Uint8Array.of(1, 2, 3) };
  const written = (
    packetIdType: "string" | "number",
    redact: string[] = [],
    redactPayload = false,
  ): unknown => {
    const options = { packetIdType, redact, redactPayload };
    createHooks(rules, () => sink, () => 1000, options).message_publish?.(message);
    const { packet_id, payload } = JSON.parse(sink.appended.at(-1) ?? "");
    return [packet_id, payload];
  };
  assert.deepEqual(written("string"), ["7", "AQID"]);
  assert.deepEqual(written("number"), [7, "AQID"]);
  assert.deepEqual(written("number", [`${message.topic}/#`]), [7, ""]);
  assert.deepEqual(written("string", ["other/+"]), ["7", "AQID"]);
  assert.deepEqual(written("string", [], true), ["7", ""]);
  assert.deepEqual(written("string"), ["7", "AQID"]);
});

function sampleMessage(): EventData["message_publish"] {
  const [message] = fc.sample(SOME_EVENT.message_publish, { numRuns: 1, seed: 1 });
  assert(message !== undefined);
  return message;
}
