// The table of kinds of listeners: a new kind is one line here, and its rows in options.ts.
import { Certificates } from "./certificates.ts";
import type { Listen, Listener } from "./listener.ts";
import { isLocal, type Kind, type ListenOptions, type TlsOptions } from "./options.ts";
import { ProxyGate } from "./proxy.ts";
import { listenTcp } from "./tcp.ts";
import { overTls } from "./tls.ts";
import type { Transport } from "./transport.ts";
import { listenUnix } from "./unix.ts";
import type { UpgradeOptions } from "./_upgrade.ts";
import { overWebSocket } from "./websocket.ts";

export const KINDS: Readonly<Record<Kind, Listen>> = {
  tcp: listenOver((raw) => raw),
  tls: withTls("mqtt", (secured) => secured),
  ws: listenOver((raw, options) => overWebSocket(raw, () => webSocketOf(options()))),
  wss: withTls("http/1.1", (secured, options) => overWebSocket(secured, () => webSocketOf(options()))),
  unix: listenUnix,
};

/** What is spoken over another Transport. */
type Over = (raw: Transport, options: () => ListenOptions) => Transport;

/** Over TCP, behind a proxy where the options have one. */
function listenOver(over: Over): (...args: Parameters<Listen>) => Listener {
  return (options, onTransport, onError, clock) => {
    const onRaw = (raw: Transport): void => onTransport(over(raw, options));
    const gate = new ProxyGate(onRaw, onError, clock);
    const listener = listenTcp(options, (raw) => {
      const { proxy } = options();
      if (proxy === undefined) onRaw(raw);
      else gate.take(raw, proxy);
    }, onError);
    return {
      ...listener,
      close: () => {
        gate.close();
        return listener.close();
      },
    };
  };
}

/** @param protocol what is spoken over TLS, by its ALPN name */
function withTls(protocol: string, over: Over): Listen {
  return (options, onTransport, onError, clock) => {
    const certificates = new Certificates(tlsOf(options()), protocol);
    const listen = listenOver((raw) => over(overTls(raw, certificates, clock), options));
    return { ...listen(options, onTransport, onError, clock), certificates };
  };
}

/** The configuration gives these options to each kind that needs them. */
export function tlsOf({ tls }: ListenOptions): TlsOptions {
  if (tls === undefined) throw new Error("a TLS listener was given no certificate");
  return tls;
}

function webSocketOf({ webSocket, place }: ListenOptions): UpgradeOptions {
  if (webSocket === undefined) throw new Error("a WebSocket listener was given no path");
  return { ...webSocket, isLocal: isLocal(place) };
}
