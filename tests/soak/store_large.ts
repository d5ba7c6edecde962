// A large store: 100,000 Retained Messages, 10,000 sessions with 10 subscriptions each, a million messages that wait for
// one of them. How long an import, an export and a start take, and how much memory. `deno task store-large`
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { residentMemory } from "../helpers/resident_memory.ts";
import { inTempDir } from "../helpers/temp_dir.ts";
import { print } from "./_processes.ts";

const [RETAINED, SESSIONS, SUBSCRIPTIONS, QUEUED] = [100_000, 10_000, 10, 1_000_000];
const PAYLOAD = new Uint8Array(64).fill(120).toBase64();
const CONFIG = `store.max_bytes = "4GB"
[listener.tcp.default]
addr = "127.0.0.1:0"
[http_api]
enable = false
`;
const OPTIONS = { config: CONFIG, hooks: "rule.client_connected = [{}]\n" };

/** As `hookline store export` would write it. */
function* lines(): Generator<object> {
  const now = Date.now();
  yield { hookline_store: 1 };
  yield { table: "clock", id: 1, now: 1_000, time_of_day: now };
  for (let id = 1; id <= SESSIONS; id++) {
    yield {
      table: "session",
      id,
      node: 1,
      address: "10.0.0.1:1",
      client_id: `client-${id}`,
      username: null,
      created_at: now,
      expiry_interval: null,
      away_since: 1_000,
      max_queued_messages: null,
      max_queued_bytes: null,
    };
  }
  for (let id = 1; id <= RETAINED + QUEUED; id++) {
    const retain = id <= RETAINED;
    yield {
      table: "message",
      id,
      from_node: 1,
      from_address: "10.0.0.2:2",
      from_client_id: "publisher",
      from_username: null,
      from_type: "custom",
      topic: retain ? `site/${id % 100}/device/${id}/value` : "q",
      payload: PAYLOAD,
      qos: 1,
      dup: 0,
      retain: Number(retain),
      packet_id: 1,
      properties: "",
      message_expiry_interval: null,
      received_at: now,
      expires_at: null,
    };
  }
  for (let id = 1; id <= RETAINED; id++) {
    yield { table: "retained", topic: `site/${id % 100}/device/${id}/value`, message: id, expires_at: null };
  }
  for (let session = 1; session <= SESSIONS; session++) {
    for (let i = 0; i < SUBSCRIPTIONS; i++) {
      yield {
        table: "subscription",
        session,
        topic_filter: `site/${session}/${i}/+`,
        qos: 1,
        no_local: 0,
        retain_as_published: 0,
        identifier: null,
        opts: '{"qos":1}',
      };
    }
  }
  for (let i = 1; i <= QUEUED; i++) {
    yield {
      table: "delivery",
      session: 1,
      sequence: SESSIONS + i,
      message: RETAINED + i,
      size: 65,
      qos: 1,
      retain: 0,
      packet_id: 0,
      released: 0,
      identifiers: null,
      expires_at: null,
    };
  }
}

function write(path: string): void {
  using file = Deno.openSync(path, { write: true, createNew: true });
  let chunk = "";
  const flush = (): void => {
    file.writeSync(new TextEncoder().encode(chunk));
    chunk = "";
  };
  for (const line of lines()) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length > 1e6) flush();
  }
  flush();
}

/** Runs a verb; says how long it took, and how much memory at most. */
async function run(cwd: string, ...args: string[]): Promise<void> {
  const { command, args: all } = hooklineCommand([...args, "--config", "hookline.toml"]);
  const from = performance.now();
  const child = new Deno.Command(command, { args: all, cwd, stdout: "null" }).spawn();
  let most = 0;
  const looking = setInterval(async () => {
    // It may be gone by now.
    most = Math.max(most, await residentMemory(child.pid).catch(() => 0));
  }, 100);
  const { code } = await child.status;
  clearInterval(looking);
  print({ ran: args.join(" "), code, seconds: seconds(from), megabytes: Math.round(most / 1e6) });
}

async function start(cwd: string, what: string): Promise<void> {
  const from = performance.now();
  await using broker = await Hookline.start({ ...OPTIONS, cwd });
  print({
    started: what,
    seconds: seconds(from),
    megabytes: Math.round(await residentMemory(broker.pid) / 1e6),
  });
}

function seconds(from: number): number {
  return Number(((performance.now() - from) / 1000).toFixed(2));
}

await inTempDir(async (cwd) => {
  await start(cwd, "empty");
  write(`${cwd}/large.jsonl`);
  await run(cwd, "store", "import", "large.jsonl");
  print({ file_megabytes: Math.round(Deno.statSync(`${cwd}/hookline.db`).size / 1e6) });
  await start(cwd, "with all of it");
  await run(cwd, "store", "check");
  await run(cwd, "store", "export", "again.jsonl");
});
