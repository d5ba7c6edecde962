// TLS listeners: the shared suite for TLS and for WebSockets over it, and what only they have.
import assert from "node:assert/strict";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { WebSocketPeer } from "../helpers/web_socket_peer.ts";
import {
  addressName,
  ListenerBench,
  listenerSuite,
  type SuiteKind,
  type SuitePlace,
} from "./listener_suite.ts";

const hasOpenssl = await canMakeCertificates();
const dir = await tempDir();
const files = hasOpenssl ? await makeCertificates(dir.path) : undefined;
globalThis.addEventListener("unload", () => Deno.removeSync(dir.path, { recursive: true }));

const TLS: SuiteKind = {
  kind: "tls",
  options: () => ({
    place: { hostname: "127.0.0.1", port: 0 },
    nodelay: true,
    tls: { cert: files?.serverCert ?? "", key: files?.serverKey ?? "" },
  }),
  connect: async (place) => {
    return await connectTls(place, "mqtt");
  },
  nameOf: addressName,
};

const WSS: SuiteKind = {
  ...TLS,
  kind: "wss",
  options: () => ({ ...TLS.options(), webSocket: { path: "/mqtt", allowedOrigins: [] } }),
  connect: async (place) => {
    return await WebSocketPeer.connect(await connectTls(place, "http/1.1"));
  },
};

async function connectTls(place: SuitePlace, protocol: string): Promise<Deno.TlsConn> {
  assert(place.transport === "tcp");
  const caCerts = [Deno.readTextFileSync(files?.ca ?? "")];
  return await Deno.connectTls({ ...place, caCerts, alpnProtocols: [protocol] });
}

listenerSuite(TLS, !hasOpenssl);
listenerSuite(WSS, !hasOpenssl);

Deno.test("a PROXY header comes before TLS", { ignore: !hasOpenssl }, async () => {
  const options = { ...TLS.options(), proxy: { timeout: 5_000, isTrusted: () => true } };
  const connect = async (place: SuitePlace): Promise<Deno.TlsConn> => {
    assert(place.transport === "tcp");
    const conn = await Deno.connect(place);
    await conn.write(new TextEncoder().encode("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"));
    return await Deno.startTls(conn, { caCerts: [Deno.readTextFileSync(files?.ca ?? "")] });
  };
  await using it = await ListenerBench.open({ ...TLS, connect }, options);
  const { transport } = await it.connect();
  assert.equal(transport.peer, "192.0.2.7:56324");
});

Deno.test(
  "a silent peer that is closed in its handshake loses its socket",
  { ignore: !hasOpenssl },
  async () => {
    await using it = await ListenerBench.open(TLS);
    const made = it.next();
    assert(it.place.transport === "tcp");
    using conn = await Deno.connect(it.place);
    const transport = await made;
    const pending = assert.rejects(transport.read(new Uint8Array(10)));
    transport.close();
    await pending;
    assert.equal(await conn.read(new Uint8Array(10)).catch(() => null), null);
  },
);
