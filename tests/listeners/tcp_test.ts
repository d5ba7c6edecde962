// The TCP listener: the shared suite, and how addresses are written.
import assert from "node:assert/strict";
import type { ListenOptions } from "../../src/listeners/options.ts";
import { addressName, connectTo, ListenerBench, listenerSuite, type SuiteKind } from "./listener_suite.ts";

const at = (hostname: string, port = 0): ListenOptions => ({ place: { hostname, port }, nodelay: true });

const TCP: SuiteKind = {
  kind: "tcp",
  options: () => at("127.0.0.1"),
  connect: connectTo,
  nameOf: addressName,
};

listenerSuite(TCP);

/** Machines without IPv6 cannot show these. */
const hasIpv6 = Deno.networkInterfaces().some((i) => i.family === "IPv6");

Deno.test({
  name: "an IPv6 peer stands in brackets",
  ignore: !hasIpv6,
  async fn(): Promise<void> {
    await using it = await ListenerBench.open(TCP, at("::1"));
    const { peer, transport } = await it.connect();
    assert.equal(transport.peer, addressName(peer));
    assert.equal(it.listener.address, `[::1]:${it.listener.port}`);
  },
});

Deno.test({
  name: "an IPv4 peer of a listener on all IPv6 addresses is named as IPv4",
  ignore: !hasIpv6,
  async fn(): Promise<void> {
    const overIpv4 = (): Promise<Deno.Conn> =>
      Deno.connect({ hostname: "127.0.0.1", port: it.listener.port });
    await using it = await ListenerBench.open({ ...TCP, connect: overIpv4 }, at("::"));
    const { peer, transport } = await it.connect();
    assert.equal(transport.peer, addressName(peer));
  },
});

Deno.test("a port that is taken is an error at once", async () => {
  await using it = await ListenerBench.open(TCP);
  const { port } = it.listener;
  await assert.rejects(ListenerBench.open(TCP, at("127.0.0.1", port)), Deno.errors.AddrInUse);
  assert.equal(it.listener.address, `127.0.0.1:${port}`);
});
