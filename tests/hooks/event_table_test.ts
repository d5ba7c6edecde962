// The table itself: it must refuse what is not the contract, or the tests that use it prove nothing.
import assert from "node:assert/strict";
import { checkEvent, type Event } from "./_event_table.ts";
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

const SUBSCRIBE = { action: "client_subscribe", ...ME, topic: "a/#", opts: { qos: 1 }, time: TIME };
const OPTS_5 = { qos: 1, no_local: false, retain_as_published: true, retain_handling: 2 };

/** A message_dropped, with what it says of the client. */
function dropped(client: Event, changes: Event = {}): Event {
  const from = { from_node: 1, from_ipaddress: "127.0.0.1:1", from_clientid: "p", from_username: "u" };
  const message = { dup: false, retain: false, qos: 1, topic: "a", packet_id: "1", payload: "aGk=" };
  const times = { pts: 1795495499735, ts: 1795495499736, from_type: "custom", time: TIME };
  const reason = "MessageQueueFull";
  return { action: "message_dropped", ...from, ...client, ...message, reason, ...times, ...changes };
}

Deno.test("the table accepts lines of the contract", () => {
  checkEvent(CONNECTED, 4);
  checkEvent({ ...CONNECTED, action: "mine" }, 4, "client_connected");
  checkEvent(SUBSCRIBE, 4);
  checkEvent({ ...SUBSCRIBE, opts: { ...OPTS_5, id: 7, group: "g" } }, 5);
  checkEvent(dropped(ME), 4);
  checkEvent(dropped({}), 4);
});

const { node, ...WITHOUT_NODE } = CONNECTED;
const { time: _time, ...TIMELESS } = CONNECTED;
const WRONG: readonly (readonly [Event, message: RegExp, version?: 5])[] = [
  [{ ...CONNECTED, action: "client_gone" }, /none of the fifteen/],
  [{ ...WITHOUT_NODE, node }, /the keys of client_connected/],
  [TIMELESS, /the keys of client_connected/],
  [{ ...CONNECTED, extra: 1 }, /the keys of client_connected/],
  [CONNECTED, /the keys of client_connected/, 5],
  [{ ...CONNECTED, keepalive: "60" }, /"keepalive" is "60", and must be an integer/],
  [{ ...CONNECTED, session_present: 0 }, /"session_present" is 0/],
  [{ ...CONNECTED, connected_at: 1795495499 }, /"connected_at" is 1795495499, and must be Unix milliseconds/],
  [{ ...CONNECTED, ipaddress: "127.0.0.1" }, /"ipaddress"/],
  [{ ...CONNECTED, username: null }, /"username"/],
  [{ ...CONNECTED, time: "2026-11-24T09:05:01.042" }, /"time"/],
  [{ ...CONNECTED, time: "2026-13-24 09:05:01.042" }, /"time"/],
  [SUBSCRIBE, /"opts"/, 5],
  [{ ...SUBSCRIBE, opts: OPTS_5 }, /"opts"/],
  [{ ...SUBSCRIBE, opts: { qos: 3 } }, /"opts"/],
  [dropped({ node: 1 }), /the keys/],
  [dropped({}, { reason: "Because" }), /"reason" is "Because"/],
  [dropped({}, { payload: "aGk" }), /"payload"/],
];

Deno.test("the table refuses a wrong order, missing and new keys, wrong types, keys of other versions", () => {
  for (const [event, message, version = 4] of WRONG) {
    assert.throws(() => checkEvent(event, version), { message });
  }
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
