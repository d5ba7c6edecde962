// TLS listeners: the shared suite for TLS and for WebSockets over it, and what only they have.
import assert from "node:assert/strict";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { WebSocketPeer } from "../helpers/web_socket_peer.ts";
import { addressName, listenerSuite, type SuiteKind, type SuitePlace } from "./listener_suite.ts";

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
