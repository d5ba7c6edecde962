// Where each kind of listener listens, and how: its own options, beside those that the broker has for each
// listener.
import { type AddressMatch, parseAddresses } from "../base/addresses.ts";
import { type Address, type OptionsOf, optionTable } from "../base/option.ts";
import { addressText } from "../base/peer_address.ts";

const ENABLE = {
  enable: { key: "enable", kind: "boolean", default: true, doc: "false: nothing listens here." },
} as const;

const NODELAY = {
  nodelay: {
    key: "nodelay",
    kind: "boolean",
    default: true,
    doc: "TCP_NODELAY on accepted connections: small packets leave at once.",
  },
} as const;

const ADDRESS_DOC = "Only programs on this machine reach 127.0.0.1. To open the broker to others, write " +
  '"0.0.0.0:1883" (IPv4) or "[::]:1883" (IPv6, and IPv4 on most systems): with allow_anonymous ' +
  "below, everyone who reaches it may do everything.";

export const TCP_OPTIONS = optionTable({
  ...ENABLE,
  address: {
    key: "addr",
    kind: "address",
    default: { hostname: "127.0.0.1", port: 1883 },
    paragraph: true,
    doc: ADDRESS_DOC,
  },
  ...NODELAY,
});

export const PROXY_OPTIONS = optionTable({
  isBehindProxy: {
    key: "proxy_protocol",
    kind: "boolean",
    default: false,
    paragraph: true,
    doc: "Each connection begins with a PROXY header, version 1 or 2, of a proxy that says who its " +
      "client is; what does not is closed.",
  },
  timeout: {
    key: "proxy_protocol_timeout",
    kind: "duration",
    min: 1,
    max: 3_600_000,
    default: 5_000,
    doc: "How long that header may take.",
  },
  trusted: {
    key: "proxy_protocol_trusted",
    kind: "list",
    what: 'addresses and networks, as in ["10.0.0.7", "fd00::/8"]',
    isItem: (text) => parseAddresses(text) !== undefined,
    default: ["127.0.0.0/8", "::1"],
    doc: "Where proxies connect from; whoever else does is closed.",
  },
});

/** `addr` of the other kinds that have one; their ports are those that RMQTT's own file has. */
function elsewhere(port: number): typeof TCP_OPTIONS {
  const address = { ...TCP_OPTIONS.address, default: { hostname: "127.0.0.1", port } };
  return { ...TCP_OPTIONS, address } as typeof TCP_OPTIONS;
}

export const TLS_OPTIONS = optionTable({
  cert: {
    key: "cert",
    kind: "path",
    what: "a PEM file",
    sample: "/etc/hookline/cert.pem",
    doc: "The certificate that clients are shown, and those that lead to its CA. These files are read " +
      "again on SIGHUP and when they change; connections stay.",
  },
  key: {
    key: "key",
    kind: "path",
    what: "a PEM file",
    sample: "/etc/hookline/key.pem",
    doc: "Its private key, not encrypted.",
  },
  crossCertificate: {
    key: "cross_certificate",
    kind: "boolean",
    default: false,
    doc: "Clients must show a certificate of a CA in client_ca_certs. One that does needs no password.",
  },
  clientCa: {
    key: "client_ca_certs",
    kind: "path",
    what: "a PEM file",
    sample: "/etc/hookline/client-ca.pem",
    doc: "The CAs of clients.",
  },
  clientCrl: {
    key: "client_crls",
    kind: "path",
    what: "a PEM file",
    sample: "/etc/hookline/client-crl.pem",
    doc: "Their revocation lists: a certificate that is in one is refused. One list of each CA, or none " +
      "of it.",
  },
  usernameIsCommonName: {
    key: "cert_cn_as_username",
    kind: "boolean",
    default: false,
    doc: "The Common Name of a client's certificate takes the place of the user name that it gives.",
  },
  usernameIsSubject: {
    key: "cert_subject_dn_as_username",
    kind: "boolean",
    default: false,
    doc: "Likewise the whole subject: C=AU, O=Acme, CN=gate-1",
  },
});

export const WEB_SOCKET_OPTIONS = optionTable({
  path: {
    key: "path",
    kind: "text",
    what: "a path that begins with /",
    default: "/mqtt",
    doc: "Of the URL: ws://HOST:8080/mqtt",
  },
  allowedOrigins: {
    key: "allowed_origins",
    kind: "list",
    what: 'origins, as in ["https://example.com", "http://localhost:3000"], or ["*"]',
    isItem: (text) => text === "*" || text === "null" || /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+$/i.test(text),
    default: [],
    doc: "Sites whose pages may connect, besides those of the host that the page itself connects to; where " +
      "only this machine reaches addr, of those the https ones and this machine's own. " +
      '["*"]: all. Programs that are no browser send no origin, and may always.',
  },
});

export const UNIX_OPTIONS = optionTable({
  ...ENABLE,
  path: {
    key: "path",
    kind: "path",
    what: "a file",
    sample: "/run/hookline/mqtt.sock",
    doc: "The socket. It is made at start, where nobody listens on one of that name, and removed at the " +
      "end. In the lines its clients have the address unix:PATH.",
  },
  mode: {
    key: "mode",
    kind: "mode",
    default: 0o660,
    doc: "Of the file: who may write it may connect.",
  },
});

/** The rows of each kind, which are also all kinds there are. */
export const LISTENER_KINDS = {
  tcp: { ...TCP_OPTIONS, ...PROXY_OPTIONS },
  tls: { ...elsewhere(8883), ...TLS_OPTIONS, ...PROXY_OPTIONS },
  ws: { ...elsewhere(8080), ...WEB_SOCKET_OPTIONS, ...PROXY_OPTIONS },
  wss: { ...elsewhere(8443), ...TLS_OPTIONS, ...WEB_SOCKET_OPTIONS, ...PROXY_OPTIONS },
  unix: UNIX_OPTIONS,
} as const;

export type Kind = keyof typeof LISTENER_KINDS;

/** A Unix socket. */
export interface SocketFile {
  /** Absolute. */
  readonly path: string;
  /** Of the file: who may connect. */
  readonly mode: number;
}

export type Place = Address | SocketFile;

export function isSocketFile(place: Place): place is SocketFile {
  return "path" in place;
}

/** Whether only this machine reaches what listens there. */
export function isLocal(place: Place): boolean {
  return isSocketFile(place) || /^(localhost|::1|127\.[\d.]+)$/i.test(place.hostname);
}

/** As the lines and the log show it. */
export function placeText(place: Place): string {
  return isSocketFile(place) ? `unix:${place.path}` : addressText(place);
}

/** Files of PEM texts. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Where there are some, a client must have a certificate of one of them. */
  readonly clientCa?: string;
  /** Lists of the certificates that they revoked. */
  readonly clientCrl?: string;
  /** What of a client's certificate takes the place of the user name that it gives. */
  readonly username?: "commonName" | "subject";
}

export interface ProxyOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether a proxy may connect from an address. */
  readonly isTrusted: AddressMatch;
}

export type WebSocketOptions = OptionsOf<typeof WEB_SOCKET_OPTIONS>;

/** Where a listener listens, and how; what only some kinds need is absent for the others. */
export interface ListenOptions {
  readonly place: Place;
  /**
   * TCP_NODELAY on accepted connections; without it an answer may wait for the acknowledgement of another.
   */
  readonly nodelay: boolean;
  readonly tls?: TlsOptions;
  readonly webSocket?: WebSocketOptions;
  /** There is a proxy before it. */
  readonly proxy?: ProxyOptions;
}

export interface ListenerConfig extends ListenOptions {
  readonly kind: Kind;
  readonly name: string;
}
