// The options of the live view: where its HTTP API listens, for whom, and how often $SYS is published.
import { type Address, type OptionsOf, optionTable } from "../base/option.ts";

/** `[http_api]`, and RMQTT's rmqtt-http-api.toml. */
export const HTTP_API_OPTIONS = optionTable({
  enable: { key: "enable", kind: "boolean", default: true, doc: "false: there is no HTTP API, and no page." },
  address: {
    key: "http_laddr",
    kind: "address",
    default: { hostname: "127.0.0.1", port: 6060 },
    sample: { hostname: "127.0.0.1", port: 6060 },
    doc:
      "Where it listens. Where others reach it, it needs a token. When it is not written and the port is " +
      "in use, the broker starts without it.",
  },
  token: {
    key: "http_bearer_token",
    kind: "text",
    what: "a token",
    sample: "${HOOKLINE_TOKEN}",
    doc: "Whoever asks must send it, as Authorization: Bearer TOKEN; /healthz and /readyz need none.",
  },
  maxRowLimit: {
    key: "max_row_limit",
    kind: "integer",
    min: 1,
    max: 1_000_000,
    default: 10_000,
    doc: "Rows of one answer at most, whatever _limit asks for.",
  },
  requestLog: {
    key: "http_request_log",
    kind: "boolean",
    default: false,
    doc: "Each request is logged.",
  },
  messageExpiry: {
    key: "message_expiry_interval",
    kind: "duration",
    min: 1,
    max: 7 * 86_400_000 * 52,
    zero: "never",
    default: 300_000,
    doc: 'Of messages that are published by it; "0": they do not expire.',
  },
});

/** `[mqtt]`: what the broker says of itself to clients. */
export const SYS_OPTIONS = optionTable({
  sysInterval: {
    key: "mqtt.sys_interval",
    kind: "duration",
    min: 1_000,
    max: 86_400_000,
    zero: "never",
    default: 10_000,
    doc: 'How often the topics below $SYS/ are published; "0": never.',
  },
});

export interface HttpApiOptions
  extends Address, Omit<OptionsOf<typeof HTTP_API_OPTIONS>, "enable" | "address"> {
  /** Host names besides the address's own by which it may be asked. */
  readonly hosts: readonly string[];
  /** Somebody wrote the address: that it cannot be had is an error. */
  readonly isWritten: boolean;
}

export interface StatusOptions extends OptionsOf<typeof SYS_OPTIONS> {
  /** Undefined: there is no HTTP API. */
  readonly http: HttpApiOptions | undefined;
}
