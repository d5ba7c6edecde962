// The log of a small plant: two hours of sensors, a dashboard, bursts, drops, a gap, and hostile names.
import { Random } from "../helpers/random.ts";

const START = Date.UTC(2026, 10, 24, 8, 58, 30);
const MINUTE = 60_000;

/** What someone might try who knows that a page is made of the log. */
export const HOSTILE = {
  topic: "plant/<script>alert(1)</script>/\"onload='x'",
  client: "</td></table><img src=x onerror=alert(2)>\x1b[31m\u202e",
  reason: "ProtocolError(</section><style>*{display:none}</style>&amp;)",
  payload: "</pre><svg onload=alert(3)>]]>-->",
} as const;

/** Local time is UTC in it. */
export function plantLog(): string {
  const random = new Random(17);
  const lines: string[] = [];
  const add = (ms: number, action: string, keys: object): void => {
    const time = new Date(ms).toISOString().replace("T", " ").slice(0, 23);
    lines.push(JSON.stringify({ action, ...keys, time }));
  };
  const who = (clientid: string): object => ({
    node: 1,
    ipaddress: "10.0.0.7:49152",
    clientid,
    username: "undefined",
  });
  const from = (id: string): object => ({
    from_node: 1,
    from_ipaddress: "10.0.0.7:49152",
    from_clientid: id,
    from_username: "undefined",
  });
  const rooms = ["press", "oven", "hall", "dock", "lab"];
  const sensors = Array.from({ length: 24 }, (_, i) => `sensor-${String(i).padStart(2, "0")}`);
  for (const id of ["dashboard", "historian", HOSTILE.client, ...sensors]) {
    add(START + random.int(2 * MINUTE), "client_connected", who(id));
  }
  const publish = (ms: number, id: string, topic: string, text: string, qos: number): void => {
    const message = {
      dup: false,
      retain: false,
      qos,
      topic,
      packet_id: qos === 0 ? "" : "7",
      payload: btoa(text),
    };
    add(ms, "message_publish", { ...from(id), ...message, ts: ms, from_type: "custom" });
    for (const to of ["dashboard", "historian"]) {
      const took = Math.floor(2 ** (random.int(600) / 100));
      const delivery = { ...from(id), ...who(to), ...message, pts: ms };
      if (random.chance(to === "historian" && topic.includes("burst") ? 0.08 : 0)) {
        add(ms + took, "message_dropped", { ...delivery, ts: ms + took, reason: "MessageQueueFull" });
        continue;
      }
      add(ms + took, "message_delivered", { ...delivery, packet_id: "9", ts: ms + took });
      if (qos > 0) {
        const acked = ms + took + random.int(90);
        add(acked, "message_acked", { ...delivery, packet_id: "9", ts: acked });
      }
    }
  };
  for (let minute = 0; minute < 120; minute++) {
    // Somebody pulled the plug for a while.
    if (minute >= 71 && minute < 80) continue;
    const at = START + minute * MINUTE;
    const busy = 14 + Math.round(8 * Math.sin(minute / 11)) + random.int(5);
    for (let i = 0; i < busy; i++) {
      const id = random.one(sensors);
      const text = `{"temp":${20 + random.int(100) / 10},"n":${i}}`;
      publish(at + random.int(MINUTE), id, `plant/${random.one(rooms)}/temp`, text, random.int(2));
    }
    if (minute % 40 === 30) {
      for (let i = 0; i < 90; i++) {
        publish(at + random.int(MINUTE), "sensor-03", "plant/press/burst", "x".repeat(200), 0);
      }
    }
    if (random.chance(0.3)) {
      const id = random.one(sensors);
      const reason = random.one(["Disconnect", "Disconnect", "KeepaliveTimeout", "RemoteClose", "Kicked"]);
      add(at + random.int(MINUTE), "client_disconnected", { ...who(id), reason });
      add(at + random.int(MINUTE), "client_connected", who(id));
    }
    if (random.chance(0.1)) {
      add(at, "client_connack", { ...who("stranger"), conn_ack: "Connection Refused, not authorized" });
    }
  }
  publish(START + 119 * MINUTE, HOSTILE.client, HOSTILE.topic, HOSTILE.payload, 1);
  for (let i = 0; i < 40; i++) {
    publish(START + 119 * MINUTE, HOSTILE.client, HOSTILE.topic, HOSTILE.payload, 0);
  }
  publish(START + 119 * MINUTE, "sensor-01", "plant/press/raw", "\x00\xff\xfe", 0);
  add(START + 119 * MINUTE, "client_disconnected", { ...who(HOSTILE.client), reason: HOSTILE.reason });
  const timeOf = (line: string): string => /"time":"([^"]*)"\}$/.exec(line)?.[1] ?? "";
  lines.sort((a, b) => timeOf(a) < timeOf(b) ? -1 : 1);
  return lines.map((line) => `${line}\n`).join("");
}
