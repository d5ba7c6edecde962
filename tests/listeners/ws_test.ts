// MQTT in WebSockets: the shared suite, and what only WebSockets have.
import { addressName, connectTcp, listenerSuite, type SuiteKind } from "./listener_suite.ts";
import { WebSocketPeer } from "../helpers/web_socket_peer.ts";

const WS: SuiteKind = {
  kind: "ws",
  options: () => ({
    place: { hostname: "127.0.0.1", port: 0 },
    nodelay: true,
    webSocket: { path: "/mqtt", allowedOrigins: [] },
  }),
  connect: async (place) => await WebSocketPeer.connect(await connectTcp(place)),
  nameOf: addressName,
};

listenerSuite(WS);
