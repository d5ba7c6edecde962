// Differences that no recorded scenario has: Hookline's side of each is tried here.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/base/clock.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { codeOf, credentials, letIn } from "../access/_asking.ts";
import { doors } from "../access/_doors.ts";
import { settled, World } from "../broker/_world.ts";
import { errorsOf, loadBroker } from "../config/_load_texts.ts";

const ALLOW_ALL = 'rules = [["allow", "all"]]';

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

  unclearAnswers: async (): Promise<void> => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
      return new URL(url).pathname === "/page"
        ? new Response("<html>")
        : new Response("allow", { status: 403 });
    });
    for (const path of ["page", "forbidden"]) {
      const http = `http_auth_req.url = "http://127.0.0.1:${server.addr.port}/${path}"`;
      using access = doors({ http, rmqtt: ALLOW_ALL }, systemClock);
      assert.equal(await codeOf(access, credentials({ username: "u" })), Reason.BadUserNameOrPassword);
    }
    await server.shutdown();
  },

  allowAll: async (): Promise<void> => {
    using access = doors({ rmqtt: ALLOW_ALL }, systemClock);
    assert.equal(await codeOf(access, credentials()), Reason.NotAuthorized);
    assert.equal(await codeOf(access, credentials({ allowAnonymous: true })), 0);
  },

  wildNames: async (): Promise<void> => {
    const rmqtt = 'rules = [["allow", "all", "pubsub", ["dev/%c"]], ["allow", "all", "connect"]]';
    using access = doors({ rmqtt }, systemClock);
    for (const clientId of ["+", "#", "a/b"]) {
      const client = await letIn(access, credentials({ clientId, allowAnonymous: true }));
      assert.equal(client.maySubscribe(`dev/${clientId}`, 0), false);
    }
  },

  partlyDenied: async (): Promise<void> => {
    const rmqtt = 'rules = [["deny", "all", "subscribe", ["secret/#"]], ["allow", "all"]]';
    using access = doors({ rmqtt }, systemClock);
    const client = await letIn(access, credentials({ allowAnonymous: true }));
    assert.deepEqual([client.maySubscribe("#", 0), client.maySubscribe("open/#", 0)], [false, true]);
  },

  notThereYet: (): void => {
    const listener = 'listener.tcp.a.addr = "127.0.0.1:0"\n';
    const lines = [
      ['listener.quic.b.addr = "127.0.0.1:0"', "listener.quic.b"],
      ['plugins.default_startups = ["rmqtt-bridge-egress-mqtt"]', "rmqtt-bridge-egress-mqtt"],
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

  httpApi: (): void => {
    const { http } = loadBroker("").status;
    assert.deepEqual([http?.hostname, http?.port], ["127.0.0.1", 6060]);
    const [error] = errorsOf(() => loadBroker('[http_api]\nhttp_laddr = "0.0.0.0:6060"\n'));
    assert.match(error?.message ?? "", /set http_bearer_token/);
  },

  /** What they then do is tests/listeners/proxy_test.ts and ws_test.ts. */
  whoBringsConnections: (): void => {
    for (const key of ["proxy_protocol_trusted", "allowed_origins", "path"]) {
      assert.ok(!RMQTT_KEYS.includes(key));
    }
    const { listeners: [listener] } = loadBroker("[listener.ws.a]\nproxy_protocol = true\n");
    assert.deepEqual(["127.0.0.1", "::1", "10.0.0.7"].map((it) => listener?.proxy?.isTrusted(it)), [
      true,
      true,
      false,
    ]);
    assert.deepEqual(listener?.webSocket, { path: "/mqtt", allowedOrigins: [] });
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
