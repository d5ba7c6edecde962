// tail's rows: what is shown of an event, fitted, and safe.
import assert from "node:assert/strict";
import { rowFormatter, type RowStyle } from "../../src/cli/tail/format.ts";
import { MAX_LINE_BYTES } from "../../src/reading/line.ts";
import { payloadText } from "../../src/cli/tail/payload.ts";
import { ANSI, COLOURLESS } from "../../src/terminal/style.ts";
import { widthOf } from "../../src/terminal/width.ts";

const CLIENT = { node: 1, ipaddress: "10.0.0.7:49152", clientid: "sensor-7", username: "undefined" };
const TIME = { time: "2026-11-24 09:05:01.042" };

function base64(data: string | Uint8Array): string {
  return (typeof data === "string" ? new TextEncoder().encode(data) : data).toBase64();
}

function published(
  payload: string | Uint8Array,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const message = {
    dup: false,
    retain: true,
    qos: 1,
    topic: "demo/a",
    packet_id: "17",
    payload: base64(payload),
  };
  return { action: "message_publish", from_clientid: "pub", ...message, ...more, ...TIME };
}

/** The rows of an event, or of a raw line, without the heading of the day. */
function row(event: Record<string, unknown> | string, style: Partial<RowStyle> = {}): string {
  const text = typeof event === "string" ? event : JSON.stringify(event);
  const format = rowFormatter(() => ({ columns: 120, paint: COLOURLESS, full: false, ...style }));
  return format({ text, bytes: new TextEncoder().encode(text).length }).replace(/^── .* ──\n/, "").trimEnd();
}

/** What stands behind the client's column. */
function detail(event: Record<string, unknown>, columns = 120): string {
  return row(event, { columns }).slice(columns < 96 ? 44 : 52).trim();
}

Deno.test("aligns time, event, client, topic, flags and payload", () => {
  assert.equal(
    row(published('{"t":21.5}')),
    "09:05:01.042 message_publish      pub               demo/a                    q1 r  " + '{"t":21.5}',
  );
  assert.equal(
    row(published('{"t":21.5}', { dup: true }), { columns: 80 }),
    '09:05:01 message_publish      pub           demo/a          q1 rd {"t":21.5}',
  );
});

Deno.test("no row is wider than the terminal", () => {
  const long = "long-".repeat(40);
  const events = [
    published(long.repeat(5), { topic: long, from_clientid: long }),
    published("工場の温度".repeat(40), { topic: "工場/".repeat(40), clientid: "温度センサー".repeat(20) }),
    published(new Uint8Array(500), { reason: long }),
    {
      action: long,
      ...CLIENT,
      clientid: long,
      username: long,
      proto_ver: 5,
      keepalive: 60,
      clean_start: true,
      ...TIME,
    },
    {
      action: "client_subscribe",
      ...CLIENT,
      topic: long,
      opts: { qos: 2, no_local: true, group: long, id: 1 },
      ...TIME,
    },
  ];
  for (const columns of [60, 80, 95, 96, 100, 120, 200]) {
    for (const event of events) {
      const shown = row(event, { columns });
      assert.ok(widthOf(shown) <= columns, `${widthOf(shown)} > ${columns}: ${shown}`);
    }
  }
});

Deno.test("shows what each kind of event tells", () => {
  const connect = { ...CLIENT, keepalive: 60, proto_ver: 5, clean_start: true };
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [
      { action: "client_connect", ...connect, ...TIME },
      "MQTT 5.0 · clean · keep alive 60 s · 10.0.0.7:49152",
    ],
    [
      {
        action: "client_connack",
        ...connect,
        proto_ver: 4,
        conn_ack: "Connection Refused, not authorized",
        ...TIME,
      },
      "Connection Refused, not authorized · MQTT 3.1.1 · clean",
    ],
    [
      { action: "client_connected", ...connect, clean_start: false, session_present: true, ...TIME },
      "session present · MQTT 5.0 · keep alive 60 s",
    ],
    [{ action: "client_disconnected", ...CLIENT, reason: "Kicked", ...TIME }, "Kicked · 10.0.0.7:49152"],
    [{ action: "session_created", ...CLIENT, username: "bob", ...TIME }, "10.0.0.7:49152 · user bob"],
    [
      { action: "session_subscribed", ...CLIENT, topic: "a/+", opts: { qos: 2, no_local: true }, ...TIME },
      "a/+                       q2    no local · 10.0.0.7:49152",
    ],
    [
      published("hi", { ...CLIENT, action: "message_delivered", retain: false }),
      "demo/a                    q1    hi · from pub",
    ],
    [
      published("hi", { action: "message_dropped", reason: "MessageQueueFull", qos: 0, retain: false }),
      "demo/a                    q0    MessageQueueFull · hi",
    ],
    [published("", { from_type: "lastwill" }), "demo/a                    q1 r  (empty) · will"],
  ];
  for (const [event, expected] of cases) {
    const shown = detail(event);
    assert.ok(shown.startsWith(expected), `${String(event["action"])}: ${shown}`);
  }
});

Deno.test("shows text as text, and what is no text as hexadecimal digits", () => {
  assert.equal(payloadText(base64("héllo 😀"), 40), "héllo 😀");
  assert.equal(payloadText(base64('{\n\t"a": 1\r\n}'), 40), '{\\n\\t"a": 1\\r\\n}');
  assert.equal(payloadText(base64("a\0b"), 40), "0x610062");
  assert.equal(payloadText(base64("\x1b[2J"), 40), "0x1b5b324a");
  assert.equal(payloadText(base64(Uint8Array.of(0xff, 0xfe)), 40), "0xfffe");
  assert.equal(payloadText("", 40), "(empty)");
  assert.equal(payloadText("not base64!", 40), "not base64!");
});

Deno.test("says how large a shortened payload is", () => {
  assert.equal(payloadText(base64("x".repeat(300)), 20), "xxxxxxxxxxx… (300 B)");
  assert.equal(
    payloadText(base64(new Uint8Array(3000)), 20),
    "0x0000… (2.9 KiB)".replace("0x0000", "0x0000000"),
  );
  assert.equal(payloadText(base64("x".repeat(300)), Infinity).length, 300);
});

Deno.test("shows everything with --full, however long", () => {
  const id = "i".repeat(100);
  const shown = row(published("p".repeat(5000), { from_clientid: id, topic: "t".repeat(200) }), {
    columns: 80,
    full: true,
  });
  assert.ok(shown.includes(id) && shown.includes("t".repeat(200)) && shown.includes("p".repeat(5000)));
});

Deno.test("no control character of any field reaches the terminal", () => {
  const evil = "\x1b]0;pwned\x07\u009b31m\u202e\r\n\x08";
  const fields = [
    "action",
    "time",
    "clientid",
    "from_clientid",
    "topic",
    "reason",
    "conn_ack",
    "username",
    "ipaddress",
  ];
  const events = [
    ...fields.map((key) => published("x", { ...CLIENT, [key]: evil })),
    ...fields.map((key) => ({ ...CLIENT, ...TIME, [key]: evil })),
    published(evil),
    { ...CLIENT, topic: "t", opts: { qos: 1, group: evil }, payload: evil },
  ];
  for (const event of [...events, evil, `{${evil}`]) {
    for (const full of [false, true]) {
      const shown = row(event, { full });
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(shown, /[\x00-\x1f\x7f-\x9f\u202e]/, JSON.stringify(event));
    }
  }
});

Deno.test("shows lines that are no events as they are, fitted", () => {
  for (const text of ["plain text", "[1,2]", '"text"', "{broken", "null", "x".repeat(200)]) {
    assert.ok(widthOf(row(text)) <= 120);
    assert.ok(text.startsWith(row(text).replace("…", "")));
  }
});

Deno.test("shows events whose keys have the wrong type", () => {
  const wrong = {
    action: 5,
    time: {},
    clientid: [],
    topic: 7,
    opts: "x",
    payload: null,
    qos: "high",
    __proto__: null,
  };
  assert.equal(row(wrong).trim(), "?");
});

Deno.test("shows what is readable of a line that was cut", () => {
  const text = JSON.stringify(published("p".repeat(1_200_000)));
  const format = rowFormatter(() => ({ columns: 120, paint: COLOURLESS, full: false }));
  const shown = format({ text: text.slice(0, MAX_LINE_BYTES), bytes: text.length });
  assert.match(shown, /message_publish +pub +demo\/a +q1 r +p+… \(line of 1\.5 MiB\)\n$/);
});

Deno.test("heads each day once", () => {
  const format = rowFormatter(() => ({ columns: 120, paint: COLOURLESS, full: false }));
  const at = (time: string): string => format({ text: JSON.stringify({ action: "a", time }), bytes: 1 });
  assert.match(at("2026-11-24 23:59:59.998"), /^── 2026-11-24 ──\n23:59:59\.998 a\n$/);
  assert.match(at("2026-11-24 23:59:59.999"), /^23:59:59\.999 a\n$/);
  assert.match(at("2026-11-25 00:00:00.000"), /^── 2026-11-25 ──\n00:00:00\.000 a\n$/);
});

Deno.test("gives each family its colour, and trouble red or yellow", () => {
  const colour = (event: Record<string, unknown>): string | undefined =>
    // deno-lint-ignore no-control-regex -- the colour is a control sequence
    /\x1b\[(\d+)m\w+ *\x1b\[0m \x1b\[1m/.exec(row({ ...CLIENT, ...TIME, ...event }, { paint: ANSI }))?.[1];
  assert.equal(colour({ action: "client_connected" }), "36");
  assert.equal(colour({ action: "session_created" }), "35");
  assert.equal(colour(published("x")), "32");
  assert.equal(colour(published("x", { action: "my_own" })), "32");
  assert.equal(colour(published("x", { action: "message_dropped", reason: "MessageExpiration" })), "31");
  assert.equal(colour(published("x", { action: "offline_message" })), "33");
  assert.equal(colour({ action: "client_connack", conn_ack: "Connection Refused, not authorized" }), "31");
  assert.equal(colour({ action: "client_connack", conn_ack: "Connection Accepted" }), "36");
});
