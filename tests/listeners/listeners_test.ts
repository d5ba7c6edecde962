// All listeners together, over real sockets: what another configuration opens, keeps, closes, or leaves as it
// was.
import assert from "node:assert/strict";
import type { ListenerConfig } from "../../src/listeners/options.ts";
import { ListenError, Listeners, probeListeners } from "../../src/listeners/listeners.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { freePort } from "../helpers/free_port.ts";
import { until } from "../helpers/until.ts";

interface Config extends ListenerConfig {
  /** Stands for what a listener allows its clients. */
  readonly limit: number;
}

/** Listeners whose receivers close every connection, and note with which configuration it met them. */
class Bench implements Disposable {
  readonly log: string[] = [];
  readonly met: string[] = [];
  readonly listeners = new Listeners<Config>(
    ({ name, limit }) => ({
      accept: (transport) => {
        this.met.push(`${name} ${limit}`);
        transport.close();
      },
      reconfigure: (config) => limit = config.limit,
    }),
    (level, text) => this.log.push(`${level} ${text}`),
    new FakeClock(),
  );

  /** Connects, and resolves to what the receiver noted. */
  async connect(port: number, hostname = "127.0.0.1"): Promise<string | undefined> {
    const count = this.met.length;
    using _ = await Deno.connect({ hostname, port });
    await until(() => this.met.length > count, "the connection is handed over");
    return this.met[count];
  }

  [Symbol.dispose](): void {
    this.listeners.close();
  }
}

function config(port: number, more: Partial<Config> = {}): Config {
  return { kind: "tcp", name: "a", place: { hostname: "127.0.0.1", port }, nodelay: true, limit: 1, ...more };
}

Deno.test("a listener whose address stays is reconfigured only when the change is committed", async () => {
  using it = new Bench();
  const port = freePort();
  await it.listeners.open([config(port)]);
  const change = await it.listeners.prepare([config(port, { limit: 2 })]);
  assert.equal(await it.connect(port), "a 1");
  change.commit();
  assert.equal(await it.connect(port), "a 2");
  assert.deepEqual(it.log, [`info listening on 127.0.0.1:${port}`]);
});

Deno.test("a change that is given up closes what it opened", async () => {
  using it = new Bench();
  const [port, other] = [freePort(), freePort()];
  await it.listeners.open([config(port)]);
  const change = await it.listeners.prepare([config(other, { name: "b" })]);
  assert.equal(await it.connect(other), "b 1");
  await change.abandon();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: other }));
  assert.equal(await it.connect(port), "a 1");
});

Deno.test("a change that is given up opens again what was closed for it, with the same receiver", async () => {
  using it = new Bench();
  const port = freePort();
  await it.listeners.open([config(port)]);
  (await it.listeners.prepare([config(port, { limit: 2 })])).commit();
  // The wildcard overlaps: 127.0.0.1 is closed for it.
  const change = await it.listeners.prepare([
    config(port, { place: { hostname: "0.0.0.0", port }, limit: 3 }),
  ]);
  assert.equal(await it.connect(port, "127.0.0.2"), "a 3");
  await change.abandon();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.2", port }));
  assert.equal(await it.connect(port), "a 2");
});

Deno.test("when one of several addresses cannot be had, none is opened", async () => {
  using it = new Bench();
  const port = freePort();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const configs = [config(port), config(taken.addr.port, { name: "b" })];
  const why = `cannot listen on 127.0.0.1:${taken.addr.port}: the address is in use`;
  await assert.rejects(
    it.listeners.open(configs),
    (error) => error instanceof ListenError && error.message.startsWith(why),
  );
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
  const problems = await probeListeners(configs);
  assert.deepEqual(problems.map((problem) => problem?.slice(0, why.length)), [undefined, why]);
});
