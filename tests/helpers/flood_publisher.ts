// A publisher that sends QoS 1 messages back to back and notes which of them were acknowledged.
import { Buffer } from "node:buffer";
import { generate } from "./mqtt_packet.ts";
import { connectPacket, isEnd, SocketClient } from "./socket_client.ts";

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

/** Messages in one write. */
const BATCH = 500;
const CONNACK = 4;
const PUBACK = 4;

/**
 * Resolves to how many messages were acknowledged (numbers 0 to n-1, as PUBACKs come in order) when all were,
 * or when the connection ended.
 */
export async function floodPublish(options: FloodOptions): Promise<number> {
  let [sent, acknowledged, bytesRead, ended] = [0, 0, 0, false];
  let progress = Promise.withResolvers<void>();
  const goal = (): number => options.signal?.aborted ? sent : options.count ?? Infinity;
  await using client = await SocketClient.open(options.port, 4, {
    onBytes: ({ length }) => {
      bytesRead += length;
      acknowledged = Math.max(0, Math.floor((bytesRead - CONNACK) / PUBACK));
      options.onAcknowledged?.(acknowledged);
      progress.resolve();
    },
  });
  const end = client.ended.then(() => {
    ended = true;
    progress.resolve();
  });
  try {
    await client.send(connectPacket(4, { clientId: `flood-${crypto.randomUUID()}` }));
    while (!ended && bytesRead < CONNACK) await progress.promise;
    while (!ended && acknowledged < goal()) {
      progress = Promise.withResolvers<void>();
      const packets: Uint8Array[] = [];
      while (sent < goal() && sent - acknowledged < options.window && packets.length < BATCH) {
        packets.push(publish(options.topic, options.payload(sent), sent % 65_535 + 1));
        sent++;
      }
      // Each batch waits for some answer, so that others in this process get on as well.
      await Promise.all([packets.length > 0 && client.send(Buffer.concat(packets)), progress.promise]);
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
    await end; // what was acknowledged before still counts
  }
  return acknowledged;
}

function publish(topic: string, payload: string, messageId: number): Uint8Array {
  return generate({ cmd: "publish", topic, payload, qos: 1, dup: false, retain: false, messageId }, 4);
}
