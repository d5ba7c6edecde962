// A started broker and clients that mean it no good: what it costs in memory, and whether others notice.
import assert from "node:assert/strict";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline, type StartOptions } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { residentMemory } from "../helpers/resident_memory.ts";

const MB = 1024 * 1024;
/** Generous: what a moment's garbage may come to on any machine. */
const NOISE = 60 * MB;

async function started(
  listener: string,
  body: (broker: Hookline) => Promise<void>,
  hooks = "",
): Promise<void> {
  await using dir = await tempDir();
  const options: StartOptions = {
    cwd: dir.path,
    config: `[listener.tcp.default]\naddr = "127.0.0.1:0"\n${listener}\n`,
    hooks,
  };
  await using broker = await Hookline.start(options);
  await body(broker);
  const { code } = await broker.stop();
  assert.equal(code, 0);
  assert.deepEqual(broker.log.filter(({ level }) => level === "error" || level === "raw"), []);
}

/** Connections that have sent `bytes` and do nothing more; given back together. */
async function crowd(port: number, count: number, bytes: Uint8Array): Promise<Disposable> {
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(bytes);
    conns.push(conn);
  }
  return {
    [Symbol.dispose]: () => {
      for (const conn of conns) conn.close();
    },
  };
}

/** One exchange with the broker, so all that was sent before is read. */
async function exchange(url: string): Promise<void> {
  await using client = await MqttClient.connect(url, 5, { clientId: "exchange" });
  await client.subscribe("exchange", { qos: 2 });
  await client.publish("exchange", "x", { qos: 2 });
  assert.equal(await client.text(), "x");
}

Deno.test("a hundred clients that claim packets of 256 MB make the broker keep what they sent, and no more", async () => {
  await started("max_packet_size = 0", async (broker) => {
    await exchange(broker.url);
    const before = await residentMemory(broker.pid);
    const claim = new Uint8Array(1_000);
    claim.set(bytesOf("10 0d 0004 4d515454 04 02 0000 0001 61"));
    claim.set(bytesOf("30 ff ff ff 7f 0001 61"), 15);
    const connects = Array.from({ length: 100 }, (_, i) => {
      const own = claim.slice();
      own[14] = 33 + i; // a Client Identifier of its own
      return own;
    });
    const conns = await Promise.all(connects.map((bytes) => crowd(broker.port, 1, bytes)));
    await exchange(broker.url);
    const grown = await residentMemory(broker.pid) - before;
    for (const conn of conns) conn[Symbol.dispose]();
    assert(grown < NOISE, `${grown / MB} MB`);
  });
});

Deno.test("nobody who is not a client yet can claim more than max_connect_packet_size", async () => {
  await started("max_packet_size = 0", async (broker) => {
    {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
      await conn.write(bytesOf("10 ff ff ff 7f 0004"));
      assert.equal(await conn.read(new Uint8Array(1)), null);
    }
    await broker.stop();
    assert.equal(broker.log.find(({ msg }) => msg === "stopped")?.["refused_ConnectTooLarge"], 1);
  });
});

Deno.test("half-open and slow-loris connections keep nobody out, and are closed after handshake_timeout", async () => {
  await started(
    `handshake_timeout = "1s"\nmax_handshaking_limit = 400\nmax_handshaking_per_address = 0`,
    async (broker) => {
      {
        using _silent = await crowd(broker.port, 100, new Uint8Array(0));
        // The first half of a CONNECT.
        using _half = await crowd(broker.port, 100, bytesOf("10 10 0004 4d515454 04"));
        await exchange(broker.url);
        using last = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
        await last.write(bytesOf("10 ff 7f 0004 4d515454 04 02 0000 0fff"));
        const ended = last.read(new Uint8Array(1));
        // One byte a time is no sign of life: a CONNECT has to be whole in time.
        let running = true;
        const trickle = until(async () => {
          if (running) await last.write(Uint8Array.of(0)).catch(() => {});
          return !running;
        }, "the end of the connection");
        assert.equal(await ended, null);
        running = false;
        await trickle;
      }
      await exchange(broker.url);
      await broker.stop();
      const counts = broker.log.find(({ msg }) => msg === "stopped");
      assert.equal(counts?.["refused_HandshakeTimeout"], 201, JSON.stringify(counts));
    },
  );
});

Deno.test("a subscriber that reads nothing costs its queue limit at most, and a pair beside it goes on", async () => {
  await started(`max_mqueue_len = 1_000_000\nmax_mqueue_bytes = "8MB"`, async (broker) => {
    await exchange(broker.url);
    const flood = { port: broker.port, topic: "flood/1", window: 2_000, payload: () => "x".repeat(1_000) };
    await floodPublish({ ...flood, count: 20_000 });
    const before = await residentMemory(broker.pid);
    using slow = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
    await slow.write(
      bytesOf("10 10 0004 4d515454 04 02 0000 0004 736c6f77 82 0c 0001 0007 666c6f6f642f23 00"),
    );
    await slow.read(new Uint8Array(4));
    const flooding = floodPublish({ ...flood, count: 100_000 });
    for (let i = 0; i < 5; i++) await exchange(broker.url);
    assert.equal(await flooding, 100_000, "the publisher is not held for ever");
    const grown = await residentMemory(broker.pid) - before;
    // 8 MB of payload, as arrays of their own; 2 MB of output.
    assert(grown < 30 * MB + NOISE, `${grown / MB} MB`);
    await broker.stop();
    const counts = broker.log.find(({ msg }) => msg === "stopped");
    assert(Number(counts?.["dropped_MessageQueueFull"]) > 50_000, JSON.stringify(counts));
  });
});

Deno.test("a light publisher beside a flooding one gets through", async () => {
  await started("", async (broker) => {
    let flooding = true;
    const flood = floodPublish({
      port: broker.port,
      topic: "flood",
      payload: () => "x".repeat(200),
      window: 60_000,
      count: 300_000,
    }).finally(() => flooding = false);
    await using light = await MqttClient.connect(broker.url, 4, { clientId: "light" });
    let worst = 0;
    let count = 0;
    while (flooding) {
      const start = performance.now();
      await light.publish("light", "x", { qos: 1 });
      worst = Math.max(worst, performance.now() - start);
      count++;
    }
    assert.equal(await flood, 300_000);
    assert(count > 10, `${count} messages beside 300,000`);
    // Alone it takes half a millisecond; a flood of 60,000 before it would take far more than this.
    assert(worst < 1_000, `${worst} ms`);
  });
});
