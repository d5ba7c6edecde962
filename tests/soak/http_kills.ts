// The broker is killed with SIGKILL again and again at random moments under 2,000 events/s: is anything that a
// client was told is taken missing at the HTTP endpoint?
//   deno run -A tests/soak/http_kills.ts [kills, default 30] [events per second]
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { Helper, numbersIn, print, sleep } from "./_processes.ts";

const [kills = "30", rate = "2000"] = Deno.args;

await using dir = await tempDir();
const arrivedFile = `${dir.path}/arrived`;
const ackedFile = `${dir.path}/acked`;
const endpoint = new Helper("_endpoint.ts", ["0", arrivedFile]);
const port = await endpoint.line();
const options = {
  cwd: dir.path,
  hooks: `urls = ["http://127.0.0.1:${port}/hook"]\nrule.message_publish = [{}]\n`,
};
let publisher: Helper | undefined;
const reports: string[] = [];
let broker = await Hookline.start(options);
for (let kill = 0; kill < Number(kills); kill++) {
  await Deno.writeTextFile(`${dir.path}/port`, String(broker.port));
  publisher ??= new Helper("_publisher.ts", [`${dir.path}/port`, rate, "20", ackedFile]);
  // Every third life is spent without an endpoint, so that a backlog is killed too.
  if (kill % 3 === 2) await endpoint.say("500");
  await sleep(200 + Math.random() * 1_500);
  await broker.stop("SIGKILL");
  await endpoint.say("ok");
  reports.push(...broker.log.filter(({ level }) => !/info/i.test(level)).map(({ msg }) => msg));
  broker = await Hookline.start(options);
}
await Deno.writeTextFile(`${dir.path}/port`, String(broker.port));
await publisher?.end();
const acked = numbersIn(ackedFile);
const missing = (): number[] => {
  const arrived = numbersIn(arrivedFile);
  return acked.values().filter((n) => !arrived.has(n)).toArray();
};
await until(async () => (await sleep(1_000), missing().length === 0), "everything arrives", 120_000)
  .catch(() => undefined);
const status = await broker.stop();
await endpoint.end();
const lines = (await Deno.readTextFile(arrivedFile)).split("\n").length - 1;
print({
  kills: Number(kills),
  acknowledged: acked.size,
  missing: missing().length,
  arrived: numbersIn(arrivedFile).size,
  arrived_again: lines - numbersIn(arrivedFile).size,
  exit_code: status.code,
});
print([...new Set(reports)].slice(0, 20));
Deno.exitCode = missing().length === 0 && status.code === 0 ? 0 : 1;
