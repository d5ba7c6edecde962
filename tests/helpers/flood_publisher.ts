// A publisher that sends QoS 1 messages back to back and notes which of them were acknowledged.
import mqttPacket from "mqtt-packet";

export interface FloodOptions {
  readonly port: number;
  readonly topic: string;
  /** Payload of message number `i`. */
  readonly payload: (i: number) => string;
  /** Stops after this many; default: goes on until the connection breaks or `signal` is aborted. */
  readonly count?: number;
  /** Sends nothing more once it is aborted; what was sent is waited for. */
  readonly signal?: AbortSignal;
  /** Messages sent and not yet acknowledged at once. */
  readonly window: number;
  /** Called with the number of acknowledged messages after each read. */
  readonly onAcknowledged?: (count: number) => void;
}

/**
 * Resolves to how many messages were acknowledged (numbers 0 to n-1, as PUBACKs come in order) when all were,
 * or when the connection ended.
 */
export async function floodPublish(options: FloodOptions): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: options.port });
  conn.setNoDelay(true);
  let sent = 0;
  const goal = () => options.signal?.aborted ? sent : options.count ?? Infinity;
  let acknowledged = 0;
  const input = new Uint8Array(64 * 1024);
  let rest = 0;
  try {
    await writeAll(
      conn,
      mqttPacket.generate({
        cmd: "connect",
        clientId: `flood-${crypto.randomUUID()}`,
        keepalive: 0,
        clean: true,
      }),
    );
    await conn.read(input); // CONNACK
    while (acknowledged < goal()) {
      const packets: Uint8Array[] = [];
      while (sent < goal() && sent - acknowledged < options.window && packets.length < 500) {
        packets.push(publish(options.topic, options.payload(sent), sent % 65_535 + 1));
        sent++;
      }
      // Not awaited before reading: a broker that stops reading must not stop us from hearing its answers.
      const writing = packets.length > 0 ? writeAll(conn, concat(packets)) : Promise.resolve();
      const [read] = await Promise.all([conn.read(input), writing]);
      if (read === null) break;
      rest += read; // every answer is a PUBACK of four bytes
      acknowledged += Math.floor(rest / 4);
      rest %= 4;
      options.onAcknowledged?.(acknowledged);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)) {
      throw error;
    }
  }
  return acknowledged;
}

function publish(topic: string, payload: string, messageId: number): Uint8Array {
  return mqttPacket.generate({
    cmd: "publish",
    topic,
    payload,
    qos: 1,
    dup: false,
    retain: false,
    messageId,
  });
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
