// What is compared: each broker with TCP_NODELAY and windows that hold what the generator may have under way.
import type { Certificates } from "../helpers/certificates.ts";
import { hooklineCommand } from "../helpers/hookline.ts";
import { tree } from "./_tree.ts";

/** How a broker starts in an empty folder. */
export interface Start {
  readonly command: readonly string[];
  /** Written into the folder before: path and text. */
  readonly files: Readonly<Record<string, string>>;
}

type ServerFiles = Pick<Certificates, "serverCert" | "serverKey">;

export interface Broker {
  /** Key of its column in the JSON. */
  readonly id: string;
  /** Head of its column. */
  readonly title: string;
  /** Where its events go, in its folder. */
  readonly log?: string;
  /** Set for a Hookline: how a script of its own tree is started as it is. */
  readonly part?: { readonly hooks: "off" | "all"; command(script: string): readonly string[] | undefined };
  /**
   * @param dir its folder, absolute
   * @param tls where it shall speak TLS: its certificate and key
   */
  start(dir: string, port: number, tls?: ServerFiles): Start;
}

/** A Hookline beside the one of this tree. */
export interface Other {
  /** Folder of a checkout; default: this one. */
  readonly tree?: string;
  /** Default: those of the tree. */
  readonly v8Flags?: string;
}

/** The columns, in their order; the first is what the others are compared with. */
export async function brokers(others: readonly Other[]): Promise<Broker[]> {
  const [rmqtt, flashmq] = [Deno.env.get("RMQTT_BIN"), Deno.env.get("FLASHMQ_BIN")];
  const all = [
    MOSQUITTO,
    ...(rmqtt === undefined ? [] : [rmqttWith(rmqtt, "off"), rmqttWith(rmqtt, "all")]),
    ...(flashmq === undefined ? [] : [flashmqAt(flashmq)]),
    ...await hookline("hookline", "Hookline", {}),
  ];
  for (const [i, other] of others.entries()) {
    const number = others.length === 1 ? "" : ` ${i + 1}`;
    all.push(...await hookline(`other${number.replace(" ", "-")}`, `other${number}`, other));
  }
  return all;
}

/** With persistence, as Hookline has it. Without TCP_NODELAY every round trip would cost 44 ms, and with its default windows it would drop. */
const MOSQUITTO: Broker = {
  id: "mosquitto",
  title: "Mosquitto",
  start: (_dir, port, tls) => ({
    command: ["mosquitto", "-c", "mosquitto.conf"],
    files: {
      "mosquitto.conf": `listener ${port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 0
log_dest none
persistence true
${tls ? `certfile ${tls.serverCert}\nkeyfile ${tls.serverKey}\nuser root\n` : ""}`,
    },
  }),
};

function rmqttWith(program: string, hooks: "off" | "all"): Broker {
  return {
    id: hooks === "off" ? "rmqtt-hook-off" : "rmqtt-hook-file",
    title: hooks === "off" ? "RMQTT, hook off" : "RMQTT, hook to a file",
    ...(hooks === "off" ? {} : { log: "hook.log" }),
    start: (dir, port, tls) => ({
      command: [program, "-f", "rmqtt.toml"],
      files: {
        "rmqtt.toml": `node.id = 1
log.to = "off"
plugins.dir = "./plugins/"
plugins.default_startups = [${hooks === "off" ? "" : `"rmqtt-web-hook"`}]
[listener.${tls ? "tls" : "tcp"}.external]
addr = "127.0.0.1:${port}"
${tls ? `cert = "${tls.serverCert}"\nkey = "${tls.serverKey}"\n` : ""}nodelay = true
allow_anonymous = true
max_inflight = 65535
max_mqueue_len = 1000000
max_handshaking_limit = 10000
`,
        "plugins/rmqtt-web-hook.toml": `urls = ["file://${dir}/hook.log"]\n${RMQTT_RULES}`,
      },
    }),
  };
}

/** Every event of RMQTT's web hook. */
const RMQTT_RULES = [
  ...["created", "terminated", "subscribed", "unsubscribed"].map((event) => `session_${event}`),
  ...["connect", "connack", "connected", "disconnected", "subscribe", "unsubscribe"].map((e) =>
    `client_${e}`
  ),
  ...["publish", "delivered", "acked", "dropped"].map((event) => `message_${event}`),
].map((event) => `rule.${event} = [{action = "${event}"}]\n`).join("");

function flashmqAt(program: string): Broker {
  return {
    id: "flashmq",
    title: "FlashMQ, 2 threads",
    start: (dir, port, tls) => ({
      command: [program, "--config-file", `${dir}/flashmq.conf`],
      files: {
        "flashmq.conf": `thread_count 2
allow_anonymous true
log_level warning
max_qos_msg_pending_per_client 65535
max_qos_bytes_pending_per_client 268435456
listen {
  protocol mqtt
  port ${port}
  inet_protocol ip4
  inet4_bind_address 127.0.0.1
  tcp_nodelay true
${tls ? `  fullchain ${tls.serverCert}\n  privkey ${tls.serverKey}\n` : ""}}
`,
      },
    }),
  };
}

/** With hooks off, and as it starts without a hooks file: every event to ./hook.log. */
async function hookline(id: string, name: string, { tree: folder, v8Flags }: Other): Promise<Broker[]> {
  const isOwn = folder === undefined && v8Flags === undefined;
  const source = await tree(folder, v8Flags);
  const command = (args: readonly string[]): readonly string[] => {
    if (!isOwn) return source.command(args);
    const own = hooklineCommand(args); // the executable that HOOKLINE_BIN names, where it does
    return [own.command, ...own.args];
  };
  return (["off", "all"] as const).map((hooks): Broker => ({
    id: hooks === "off" ? `${id}-hooks-off` : `${id}-all-events`,
    title: hooks === "off" ? `${name}, hooks off` : `${name}, all events`,
    ...(hooks === "off" ? {} : { log: "hook.log" }),
    part: { hooks, command: source.part },
    start: (_dir, port, tls) => ({
      command: command([
        "run",
        "--config",
        "hookline.toml",
        ...(hooks === "off" ? ["--hooks", "hooks.toml"] : []),
      ]),
      files: {
        "hookline.toml": tls
          ? `[listener.tls.bench]\naddr = "127.0.0.1:${port}"\ncert = "${tls.serverCert}"\nkey = "${tls.serverKey}"\n`
          : `listener.tcp.bench.addr = "127.0.0.1:${port}"\n`,
        ...(hooks === "off" ? { "hooks.toml": "" } : {}),
      },
    }),
  }));
}
