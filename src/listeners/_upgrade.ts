// The request by which a WebSocket begins (RFC 6455, 4.2), and its answer. Bounded and strict: anyone may
// send it.
import { createHash } from "node:crypto";
import type { WebSocketOptions } from "./options.ts";

/** Browsers send below 1 KiB, and cookies. */
export const MAX_HEAD = 8 * 1024;

/** What MQTT is called there, whichever version follows, the best name first. */
const SUBPROTOCOLS: readonly string[] = ["mqtt", "mqttv3.1", "mqttv5.0"];

export interface UpgradeOptions extends WebSocketOptions {
  /** Only this machine reaches the listener. */
  readonly isLocal: boolean;
}

/** What goes back to whoever asks: 101 where it is granted. */
export interface Answer {
  readonly text: string;
  /** Why it is not granted, as a phrase. */
  readonly refusal?: string;
}

/** @param head the request's lines with their line ends, without the empty one */
export function answerUpgrade(head: string, options: UpgradeOptions): Answer {
  const [line = "", ...fields] = head.split("\r\n");
  const [, target] = /^GET (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(line) ?? [];
  if (target === undefined) return refuse("400 Bad Request", "it is no GET request of HTTP/1.1");
  const headers = new Map<string, string>();
  for (const field of fields) {
    const [, name = "", value = ""] =
      /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(field) ?? [];
    if (name === "") return refuse("400 Bad Request", "a header is malformed");
    const key = name.toLowerCase();
    const before = headers.get(key);
    if (before !== undefined && ONCE.includes(key)) return refuse("400 Bad Request", `${key} comes twice`);
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return answer(target, (name) => headers.get(name) ?? "", options);
}

const ONCE = ["host", "origin", "sec-websocket-key", "sec-websocket-version", "upgrade"];

function answer(target: string, header: (name: string) => string, options: UpgradeOptions): Answer {
  const { path } = options;
  if (target.split("?", 1)[0] !== path) return refuse("404 Not Found", `the path is not ${path}`);
  const upgrade = header("upgrade").toLowerCase() === "websocket" &&
    list(header("connection")).includes("upgrade");
  if (!upgrade || header("host") === "") return refuse("400 Bad Request", "it asks for no WebSocket");
  if (header("sec-websocket-version") !== "13") {
    return refuse("426 Upgrade Required\r\nSec-WebSocket-Version: 13", "its version of WebSocket is not 13");
  }
  const key = header("sec-websocket-key");
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return refuse("400 Bad Request", "its key is malformed");
  if (!mayCome(header("origin"), header("host"), options)) {
    return refuse("403 Forbidden", "its origin is not in allowed_origins");
  }
  // [MQTT-6.0.0-3]; "mqtt" where it is offered [MQTT-6.0.0-4].
  const offered = list(header("sec-websocket-protocol"));
  const subprotocol = SUBPROTOCOLS.find((name) => offered.includes(name));
  if (subprotocol === undefined) return refuse("400 Bad Request", "it does not offer the subprotocol mqtt");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return {
    text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
  };
}

/** @param status may have headers behind it */
export function refuse(status: string, refusal: string): Answer {
  const text = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
    `Content-Length: ${refusal.length + 1}\r\n\r\n${refusal}\n`;
  return { text, refusal };
}

/**
 * Without a word, pages of the very host they connect to, whatever its port: any site that someone on this
 * machine visits could otherwise publish here. Only browsers send an origin. Where only this machine reaches
 * the listener, a site could have its own name lead here, and only TLS proves a name: so it must be one of
 * this machine's.
 */
function mayCome(origin: string, host: string, { allowedOrigins, isLocal }: UpgradeOptions): boolean {
  if (origin === "" || allowedOrigins.includes("*")) return true;
  if (allowedOrigins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase())) return true;
  const page = URL.parse(origin);
  const name = page?.hostname ?? "";
  if (name === "" || name !== URL.parse(`http://${host}`)?.hostname) return false;
  return !isLocal || page?.protocol === "https:" || /^(localhost|127\.[\d.]+|\[::1\])$/.test(name);
}

function list(text: string): string[] {
  return text.toLowerCase().split(",").map((item) => item.trim());
}
