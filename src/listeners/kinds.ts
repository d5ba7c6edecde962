// The table of kinds of listeners: a new kind is one line here, and its rows in options.ts.
import { Certificates } from "./certificates.ts";
import type { Listen, Listener } from "./listener.ts";
import type { Kind, ListenOptions, TlsOptions, WebSocketOptions } from "./options.ts";
import { listenTcp } from "./tcp.ts";
import { overTls } from "./tls.ts";
import type { Transport } from "./transport.ts";
import { overWebSocket } from "./websocket.ts";

export const KINDS: Readonly<Record<Kind, Listen>> = {
  tcp: listenTcp,
  tls: (options, onTransport, onError) =>
    withTls(
      options,
      "mqtt",
      (over) => listenTcp(options, (raw) => onTransport(over(raw)), onError),
    ),
  ws: (options, onTransport, onError) =>
    listenTcp(options, (raw) => onTransport(overWebSocket(raw, () => webSocketOf(options()))), onError),
  wss: (options, onTransport, onError) =>
    withTls(options, "http/1.1", (over) =>
      listenTcp(
        options,
        (raw) => onTransport(overWebSocket(over(raw), () => webSocketOf(options()))),
        onError,
      )),
};

/** @param protocol what is spoken over TLS, by its ALPN name */
function withTls(
  options: () => ListenOptions,
  protocol: string,
  listen: (over: (raw: Transport) => Transport) => Listener,
): Listener {
  const certificates = new Certificates(tlsOf(options()), protocol);
  return { ...listen((raw) => overTls(raw, certificates)), certificates };
}

/** The configuration gives these options to each kind that needs them. */
export function tlsOf({ tls }: ListenOptions): TlsOptions {
  if (tls === undefined) throw new Error("a TLS listener was given no certificate");
  return tls;
}

function webSocketOf({ webSocket }: ListenOptions): WebSocketOptions {
  if (webSocket === undefined) throw new Error("a WebSocket listener was given no path");
  return webSocket;
}
