// Listeners of the started program beside plain TCP: a Unix socket, a proxy's header, and peers that never
// speak.
import assert from "node:assert/strict";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { Hookline } from "../helpers/hookline.ts";
import { mosquitto } from "../helpers/mosquitto.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

Deno.test("a Unix socket serves, survives SIGKILL of its owner, and is gone after SIGTERM", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/mqtt.sock`;
  const config = `listener.unix.local.path = "${path}"\nlistener.tcp.a.addr = "127.0.0.1:0"\n`;
  const killed = await Hookline.start({ cwd: dir.path, config });
  await killed.stop("SIGKILL");
  assert(Deno.lstatSync(path).isSocket);
  await using broker = await Hookline.start({ cwd: dir.path, config });
  await mosquitto("mosquitto_pub", 0, ["--unix", path, "-q", "1", "-t", "a", "-m", "x"]);
  const { from_ipaddress } = await broker.event((it) => it["action"] === "message_publish", "the message");
  assert.equal(from_ipaddress, `unix:${path}`);
  assert.equal((await broker.stop()).code, 0);
  assert.throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
});

Deno.test("behind a proxy the lines have the client's address, and limits are of that", async () => {
  await using dir = await tempDir();
  const config =
    '[listener.tcp.a]\naddr = "127.0.0.1:0"\nproxy_protocol = true\nmax_connects_per_second = 1\n';
  await using broker = await Hookline.start({ cwd: dir.path, config });
  for (const address of ["192.0.2.7", "192.0.2.8"]) {
    await using client = await SocketClient.open(broker.port);
    await client.send(new TextEncoder().encode(`PROXY TCP4 ${address} 198.51.100.1 56324 1883\r\n`));
    await client.send(connectPacket(4, { clientId: address }));
    await client.expect("connack");
  }
  const connected = (await broker.events()).filter((it) => it["action"] === "client_connected");
  assert.deepEqual(connected.map((it) => it["ipaddress"]), ["192.0.2.7:56324", "192.0.2.8:56324"]);
  // No header: it is no proxy.
  await using client = await SocketClient.open(broker.port);
  await client.send(connectPacket(4, { clientId: "c" }));
  await client.expectEnd();
});

Deno.test({
  name: "a TLS or WebSocket handshake counts as handshaking: so many at once, and so long",
  ignore: !await canMakeCertificates(),
  async fn(): Promise<void> {
    await using dir = await tempDir();
    const files = await makeCertificates(dir.path);
    const limits = "max_handshaking_limit = 2\nmax_handshaking_per_address = 0\nhandshake_timeout = '1s'\n";
    const config = ["tls", "ws", "wss"].map((kind) => {
      const tls = kind === "ws" ? "" : `cert = "${files.serverCert}"\nkey = "${files.serverKey}"\n`;
      return `[listener.${kind}.a]\naddr = "127.0.0.1:0"\n${tls}${limits}`;
    }).join("");
    await using broker = await Hookline.start({ cwd: dir.path, config });
    const ports = broker.log.filter(({ msg }) => msg.startsWith("listening on")).map((it) =>
      Number(it["port"])
    );
    assert.equal(ports.length, 3);
    await Promise.all(ports.map(async (port) => {
      await using first = await SocketClient.open(port);
      await using second = await SocketClient.open(port);
      await using third = await SocketClient.open(port);
      await third.expectEnd();
      // Bytes that begin a handshake do not end it.
      await first.send(new TextEncoder().encode("G"));
      await Promise.all([first.expectEnd(), second.expectEnd()]);
    }));
    await until(
      () => broker.log.some(({ reasons }) => /TooManyHandshakes/.test(String(reasons))),
      "the log tells",
    );
  },
});
