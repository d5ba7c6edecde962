// Clients in a process of their own that each send a message to themselves, over and over: who is served how often?
// Arguments: port, clients, milliseconds. Prints the number of round trips of each client as a JSON array.
import { generate } from "../helpers/mqtt_packet.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";

const [port = 0, clients = 0, time = 0] = Deno.args.map(Number);
const CONNACK_AND_SUBACK = 4 + 5;
const counts = new Array<number>(clients).fill(0);
let over = false;

interface Player {
  readonly client: SocketClient;
  readonly ball: Uint8Array;
}

/** Resolves when it is connected and subscribed. It plays from its first ball on, until the time is over. */
async function player(i: number): Promise<Player> {
  const topic = `pingpong/${i}`;
  const payload = "o".repeat(32);
  const ball = generate({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false }, 4);
  const ready = Promise.withResolvers<void>();
  let left = CONNACK_AND_SUBACK;
  let serve = (): void => ready.resolve();
  const client = await SocketClient.open(port, 4, {
    onBytes: ({ length }) => {
      left -= length;
      if (left > 0) return;
      left = ball.length;
      serve();
    },
  });
  client.write(connectPacket(4, { clientId: `c${i}` }));
  client.write({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
  await ready.promise;
  serve = () => {
    counts[i] = (counts[i] ?? 0) + 1;
    if (over) client.close();
    else client.write(ball);
  };
  void client.ended.then(() => {
    if (!over) throw new Error("the broker closed the connection");
  });
  return { client, ball };
}

const players: Player[] = [];
for (let i = 0; i < clients; i++) players.push(await player(i));
setTimeout(() => over = true, time);
for (const { client, ball } of players) client.write(ball);
await Promise.all(players.map(({ client }) => client.ended));
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(counts)));
