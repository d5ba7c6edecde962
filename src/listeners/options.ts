// Where a TCP listener listens, and how: its own options, beside those that the broker has for each listener.
import { type OptionsOf, optionTable } from "../base/option.ts";

export const TCP_OPTIONS = optionTable({
  enable: { key: "enable", kind: "boolean", default: true, doc: "false: nothing listens here." },
  address: {
    key: "addr",
    kind: "address",
    default: { hostname: "127.0.0.1", port: 1883 },
    paragraph: true,
    doc: "Only programs on this machine reach 127.0.0.1. To open the broker to others, write " +
      '"0.0.0.0:1883" (IPv4) or "[::]:1883" (IPv6, and IPv4 on most systems): with allow_anonymous ' +
      "below, everyone who reaches it may do everything.",
  },
  nodelay: {
    key: "nodelay",
    kind: "boolean",
    default: true,
    doc: "TCP_NODELAY on accepted connections: small packets leave at once.",
  },
});

export type TcpOptions = OptionsOf<typeof TCP_OPTIONS>;
