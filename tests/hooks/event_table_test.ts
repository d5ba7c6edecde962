// The table itself: it must refuse what is not the contract, or the tests that use it prove nothing.
import assert from "node:assert/strict";
import { checkEvent, type Event, EVENT_TABLE } from "./_event_table.ts";
import { checkLines } from "./_check_lines.ts";

const ME = { node: 1, ipaddress: "127.0.0.1:4711", clientid: "c", username: "undefined" };
const TIME = "2026-11-24 09:05:01.042";
const CONNECTED = {
  action: "client_connected",
  ...ME,
  keepalive: 60,
  proto_ver: 4,
  clean_session: true,
  connected_at: 1795495499735,
  session_present: false,
  time: TIME,
};

Deno.test("the table has the fifteen events", () => {
  assert.equal(Object.keys(EVENT_TABLE).length, 15);
});

Deno.test("the table accepts a line of the contract", () => {
  checkEvent(CONNECTED, 4);
  checkEvent({ ...CONNECTED, action: "mine" }, 4, "client_connected");
});

Deno.test("the table refuses an unknown event, a wrong order, a missing key, a new key and each wrong type", () => {
  const { node, ...rest } = CONNECTED;
  const { time: _time, ...timeless } = CONNECTED;
  const wrong: readonly (readonly [Event, RegExp])[] = [
    [{ ...CONNECTED, action: "client_gone" }, /none of the fifteen/],
    [{ ...rest, node }, /the keys of client_connected/],
    [timeless, /the keys of client_connected/],
    [{ ...CONNECTED, extra: 1 }, /the keys of client_connected/],
    [{ ...CONNECTED, keepalive: "60" }, /"keepalive" is "60", and must be an integer/],
    [{ ...CONNECTED, session_present: 0 }, /"session_present" is 0/],
    [
      { ...CONNECTED, connected_at: 1795495499 },
      /"connected_at" is 1795495499, and must be Unix milliseconds/,
    ],
    [{ ...CONNECTED, ipaddress: "127.0.0.1" }, /"ipaddress"/],
    [{ ...CONNECTED, username: null }, /"username"/],
    [{ ...CONNECTED, time: "2026-11-24T09:05:01.042" }, /"time"/],
    [{ ...CONNECTED, time: "2026-13-24 09:05:01.042" }, /"time"/],
  ];
  for (const [event, message] of wrong) assert.throws(() => checkEvent(event, 4), { message });
});

Deno.test("the table knows which versions say clean_session, which clean_start, and which options a subscription has", () => {
  assert.throws(() => checkEvent(CONNECTED, 5), { message: /the keys of client_connected/ });
  const subscribe = (opts: Event): Event => ({
    action: "client_subscribe",
    ...ME,
    topic: "a/#",
    opts,
    time: TIME,
  });
  const full = { qos: 1, no_local: false, retain_as_published: true, retain_handling: 2 };
  checkEvent(subscribe({ qos: 1 }), 4);
  checkEvent(subscribe({ ...full, id: 7, group: "g" }), 5);
  assert.throws(() => checkEvent(subscribe({ qos: 1 }), 5), { message: /"opts"/ });
  assert.throws(() => checkEvent(subscribe(full), 4), { message: /"opts"/ });
  assert.throws(() => checkEvent(subscribe({ qos: 3 }), 4), { message: /"opts"/ });
});

Deno.test("the table lets message_dropped name all of the client or nothing of it", () => {
  const { action, ...client } = { action: "message_dropped", ...ME };
  const from = { from_node: 1, from_ipaddress: "127.0.0.1:1", from_clientid: "p", from_username: "u" };
  const message = { dup: false, retain: false, qos: 1, topic: "a", packet_id: "1", payload: "aGk=" };
  const end = {
    reason: "MessageQueueFull",
    pts: 1795495499735,
    ts: 1795495499736,
    from_type: "custom",
    time: TIME,
  };
  checkEvent({ action, ...from, ...client, ...message, ...end }, 4);
  checkEvent({ action, ...from, ...message, ...end }, 4);
  assert.throws(() => checkEvent({ action, ...from, node: 1, ...message, ...end }, 4), {
    message: /the keys/,
  });
  assert.throws(
    () => checkEvent({ action, ...from, ...message, ...end, reason: "Because" }, 4),
    { message: /"reason" is "Because"/ },
  );
  assert.throws(
    () => checkEvent({ action, ...from, ...message, payload: "aGk", ...end }, 4),
    { message: /"payload"/ },
  );
});

Deno.test("the order check refuses a life of a client that is out of order", () => {
  const connect = { ...ME, keepalive: 60, proto_ver: 4, clean_session: true };
  const life = {
    client_connect: { action: "client_connect", ...connect, time: TIME },
    session_created: { action: "session_created", ...ME, created_at: 1795495499735, time: TIME },
    client_connack: { action: "client_connack", ...connect, conn_ack: "Connection Accepted", time: TIME },
    client_connected: CONNECTED,
    client_disconnected: {
      action: "client_disconnected",
      ...ME,
      disconnected_at: 1795495499735,
      reason: "Disconnect",
      time: TIME,
    },
    session_terminated: { action: "session_terminated", ...ME, reason: "Disconnect", time: TIME },
  };
  const lines = Object.values(life).map((event) => JSON.stringify(event));
  checkLines(lines);
  const [connectLine = "", created = "", connack = "", ...rest] = lines;
  assert.throws(() => checkLines([connectLine, connack, created, ...rest]), { message: /out of order/ });
  assert.throws(() => checkLines(lines.slice(0, 4)), { message: /out of order/ });
  assert.throws(() => checkLines([...lines, lines[4] ?? ""]), { message: /out of order/ });
});
