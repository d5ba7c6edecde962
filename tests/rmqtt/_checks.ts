// Differences that no recorded scenario has: Hookline's side of each is tried here.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { settled, World } from "../broker/_world.ts";
import { errorsOf, loadBroker } from "../config/_load_texts.ts";

const RMQTT_KEYS = Deno.readTextFileSync(
  fileURLToPath(new URL("../config/fixtures/rmqtt_keys.txt", import.meta.url)),
);

export const CHECKS = {
  willAtTakeOver: async (): Promise<void> => {
    await using world = new World();
    const will = { topic: "will", payload: "gone", qos: 0, retain: false } as const;
    await world.connect("me", { clean: false, will });
    await world.connect("me", { clean: false });
    assert.deepEqual(world.story("from_type", "message_publish"), ["message_publish:lastwill"]);
    assert.deepEqual(world.story("session_present", "client_connected"), [
      "client_connected:false",
      "client_connected:true",
    ]);
  },

  connAck: async (): Promise<void> => {
    for (const protocolVersion of [4, 5] as const) {
      await using world = new World({ maxClientIdLength: 23 });
      await world.connect("x".repeat(24), { protocolVersion });
      assert.deepEqual(world.story("conn_ack", "client_connack"), [
        "client_connack:Connection Refused, identifier rejected",
      ]);
    }
  },

  malformedPackets: async (): Promise<void> => {
    // PUBLISH to "a", U+0000; SUBSCRIBE with nothing behind its Packet Identifier.
    for (const bytes of ["3004000261" + "00", "82020001"]) {
      await using world = new World();
      const client = await world.connect("c");
      client.peer.send(Uint8Array.fromHex(bytes));
      await settled();
      assert.match(String(world.lines("client_disconnected")[0]?.["reason"]), /^ProtocolError\(/);
      assert.deepEqual(world.lines("message_publish", "client_subscribe"), []);
    }
  },

  unknownKeys: (): void => {
    const [error] = errorsOf(() => loadBroker("[listener.tcp.external]\nmax_inflght = 16\n"));
    assert.match(
      String(error?.message),
      /broker\.toml:2: .*max_inflght: unknown key; did you mean "max_inflight"\?/,
    );
  },

  notThereYet: (): void => {
    const listener = 'listener.tcp.a.addr = "127.0.0.1:0"\n';
    const lines = [
      ...["tls", "ws", "wss", "quic"].map((
        kind,
      ) => [`listener.${kind}.b.addr = "127.0.0.1:0"`, `listener.${kind}.b`]),
      ['plugins.default_startups = ["rmqtt-acl"]', "rmqtt-acl"],
      ["listener.tcp.a.delayed_publish = true", "delayed_publish"],
    ];
    for (const [line = "", missing = ""] of lines) {
      const { listeners, warnings } = loadBroker(`${listener}${line}\n`);
      assert.deepEqual(listeners.map(({ name }) => name), ["a"]);
      const told = new RegExp(
        `broker\\.toml:2: .*(${missing}: .*not served|not have ${missing}: |${missing}: has no effect)`,
      );
      assert.ok(warnings.some((warning) => told.test(warning)), `${line}: ${warnings}`);
    }
  },

  limitsOfItsOwn: (): void => {
    const own = ["max_connect_packet_size", "max_mqueue_bytes"];
    for (const key of own) {
      assert.equal(loadBroker(`[listener.tcp.a]\n${key} = "100KB"\n`).listeners.length, 1);
      assert.ok(!RMQTT_KEYS.includes(key));
    }
  },

  spool: (): void => assert.equal(HTTP_DEFAULTS.spool, true),
};
