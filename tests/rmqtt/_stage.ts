// Runs a scenario on Hookline, step by step.
import { settled, TestClient, World } from "../broker/_world.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import type { Step } from "./_recording.ts";
import { wireOf } from "./_wire.ts";
import type { Scenario, Sent } from "./scenarios.ts";

/** What Hookline writes and sends in each step. */
export async function run(scenario: Scenario): Promise<Step[]> {
  await using world = new World(scenario.options);
  const stage = new Stage(world, scenario);
  const steps: Step[] = [];
  for (const [name, ...sent] of scenario.steps) {
    const before = world.lines().length;
    for (const [client, ...packets] of sent) {
      for (const packet of packets) await stage.send(client, packet);
    }
    steps.push({ name, lines: world.lines().slice(before), wire: stage.takeWire() });
  }
  return steps;
}

class Stage {
  readonly #world: World;
  readonly #scenario: Scenario;
  /** By name, one for each connection, the last one sends. */
  readonly #clients = new Map<string, TestClient[]>();
  readonly #wire: string[] = [];

  constructor(world: World, scenario: Scenario) {
    this.#world = world;
    this.#scenario = scenario;
  }

  async send(name: string, sent: Sent): Promise<void> {
    const client = sent !== "close" && sent.cmd === "connect" ? this.#open(name) : this.#of(name).at(-1);
    if (client === undefined) throw new Error(`${name} has no connection`);
    if (sent === "close") client.peer.end();
    else client.send(this.#asSentBy(name, sent));
    await this.#answerAll();
  }

  takeWire(): string[] {
    return this.#wire.splice(0);
  }

  #of(name: string): TestClient[] {
    return this.#clients.get(name) ?? [];
  }

  #open(name: string): TestClient {
    const client = new TestClient(this.#world.accept(), this.#scenario.version);
    this.#clients.set(name, [...this.#of(name), client]);
    return client;
  }

  #asSentBy(name: string, packet: Packet): Packet {
    if (packet.cmd !== "connect") return packet;
    return { ...packet, clientId: name, protocolVersion: this.#scenario.version };
  }

  /** Lets everyone read and acknowledge until nothing comes. */
  async #answerAll(): Promise<void> {
    for (let came = true; came;) {
      await settled();
      came = false;
      for (const [name, clients] of this.#clients) {
        for (const client of clients) {
          for (const packet of client.take()) {
            came = true;
            this.#wire.push(`${name}: ${wireOf(packet, this.#scenario.version)}`);
            if (!this.#scenario.silent?.includes(name)) acknowledge(client, packet);
          }
        }
      }
    }
  }
}

function acknowledge(client: TestClient, packet: Packet): void {
  const { messageId = 0 } = packet;
  if (packet.cmd === "publish" && packet.qos === 1) client.send({ cmd: "puback", messageId });
  if (packet.cmd === "publish" && packet.qos === 2) client.send({ cmd: "pubrec", messageId });
  if (packet.cmd === "pubrec") client.send({ cmd: "pubrel", messageId });
  if (packet.cmd === "pubrel") client.send({ cmd: "pubcomp", messageId });
}
