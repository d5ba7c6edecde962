// `hookline report`: what the page says, that nothing in a log becomes more than text, and how it looks.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { inProcess, type Outcome } from "../cli/_io.ts";
import { seriousFindings } from "../helpers/accessibility.ts";
import { TestBrowser } from "../helpers/browser.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { HOSTILE, plantLog } from "./_plant_log.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const PLANT = plantLog();

interface Made extends Outcome {
  readonly page: string;
  /** As it is read: without elements, and with entities undone. */
  readonly text: string;
}

async function make(log: string, ...args: string[]): Promise<Made> {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, log);
  const outcome = await inProcess(["report", ...args], { cwd: dir.path });
  assert.equal(outcome.code, 0, outcome.stderr);
  const page = await Deno.readTextFile(`${dir.path}/report.html`);
  return { ...outcome, page, text: textOf(page) };
}

function textOf(page: string): string {
  const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return page.replace(/<style>.*<\/style>/s, "").replaceAll(/<[^>]*>/g, "\n")
    .replaceAll(/&[^;]+;/g, (entity) => entities[entity as keyof typeof entities] ?? entity)
    .replaceAll(/\n+/g, "\n");
}

function count(pattern: RegExp): number {
  return PLANT.match(pattern)?.length ?? 0;
}

Deno.test("the page says what is in the log", async () => {
  const { text, stdout } = await make(PLANT);
  const number = (n: number): string => n.toLocaleString("en-US");
  const lines = PLANT.split("\n").length - 1;
  assert.match(stdout, new RegExp(`^wrote report\\.html \\(\\d+ kB\\): ${number(lines)} events\\n$`));
  const tile = (name: string): string | undefined => new RegExp(`\n${name}\n(.*)\n`).exec(text)?.[1];
  assert.equal(tile("Events"), number(lines));
  assert.equal(tile("Messages"), number(count(/"message_publish"/g)));
  assert.equal(tile("Dropped"), number(count(/"message_dropped"/g)));
  assert.equal(tile("Connects"), number(count(/"client_connected"/g)));
  assert.equal(tile("Clients"), "28");
  assert.match(text, /\n2026-11-24 08:58:\d\d to 2026-11-24 10:58:1\d: 1 h 59 min\n/);
  assert.match(text, /\nMessages per minute\n/);
  assert.match(text, /\nplant\/press\/burst\n270\n12 %\n/);
  assert.match(text, /\nplant\/press\/raw\n1\n< 0\.1 %\n12\/d\n3 B\n0x00fffe\n/);
  assert.match(text, /\nsensor-03\n3\d\d\n\d\n2026-11-24 08:58:\d\d\n/);
  assert.match(text, new RegExp(`\nKeepaliveTimeout\n${count(/KeepaliveTimeout/g)}\n`));
  assert.match(text, /\nConnection Refused, not authorized\n11\n/);
  assert.match(text, /\nMessageQueueFull\n29\n/);
  assert.match(text, /\n2026-11-24 10:09:\d\d\n2026-11-24 10:18:\d\d\n9 min \d+ s\n/);
  assert.match(text, /From publish to their delivery\n[\d,]+\n8 ms\n4\d ms\n5\d ms\n6\d ms\n63 ms\n63 ms\n/);
});

Deno.test("what is hostile in a log is text in the page, which needs nothing from elsewhere", async () => {
  const { page, text } = await make(PLANT);
  const tags = new Set([...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name));
  assert.deepEqual(
    [...tags].sort().join(" "),
    "body dd div dl dt footer h1 h2 head header html li main meta p path rect section style svg table " +
      "tbody td text th thead title tr ul",
  );
  for (const [, attributes = ""] of page.matchAll(/<[a-z0-9]+([^>]*)>/g)) {
    assert.doesNotMatch(attributes.replaceAll(/="[^"]*"/g, ""), /["'=]/);
    assert.doesNotMatch(attributes, /\s(on\w+|src|href|style)=/);
  }
  assert.doesNotMatch(page, /https?:|url\(|@import/);
  // deno-lint-ignore no-control-regex -- controls are what must not be there
  assert.doesNotMatch(page, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  assert.ok(text.includes(HOSTILE.topic) && text.includes(HOSTILE.reason) && text.includes(HOSTILE.payload));
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  assert.ok(
    page.includes(
      `content="default-src 'none'; style-src 'sha256-${new Uint8Array(hash).toBase64()}'; ` +
        `base-uri 'none'; form-action 'none'"`,
    ),
  );
  const busiest = await make(PLANT, "--client", HOSTILE.client);
  assert.ok(busiest.text.includes(HOSTILE.client.replace("\x1b", "\\x1b").replace("\u202e", "\\u{202e}")));
});

Deno.test("options narrow it, and the page says so", async () => {
  const { text } = await make(PLANT, "--topic", "plant/press/#", "--event", "message_publish");
  assert.match(text, / · only the events of --topic plant\/press\/# --event message_publish\n/);
  assert.match(text, /\nTopics\n3\n/);
  assert.match(text, /\nConnections per minute\nNone in this log\.\n/);
});

Deno.test("a log that is empty, has no times, or impossible ones, has a page too", async () => {
  assert.match((await make("")).text, /\nNo line with a time in it\.\nEvents\n0\n/);
  assert.match((await make('{"action":"message_publish","topic":"t"}\n')).text, /\nMessages\n1\n/);
  const far = [0, -1, Number.MAX_SAFE_INTEGER, 1_795_494_582_475].map((ts) =>
    `${JSON.stringify({ action: "message_publish", topic: "t", qos: 0, payload: "aGk=", ts })}\n`
  );
  assert.match((await make(far.join(""))).text, /\nMessages\n4\n/);
  const { text, stderr } = await make(`no event\n${far[3]}{"action":"cut`);
  assert.match(text, /\nEvents\n1\n/);
  assert.match(stderr, /1 line is no event \(at byte 0\), the last line is unfinished; left out/);
});

Deno.test("RMQTT's lines make a page", async () => {
  const recorded = await Deno.readTextFile(
    fileURLToPath(new URL("../rmqtt/recorded_lines.txt", import.meta.url)),
  );
  const lines = recorded.split("\n").filter((line) => line.startsWith("{"));
  const { text } = await make(`${lines.join("\n")}\n`);
  assert.ok(text.includes(`\nEvents\n${lines.length}\n`));
  assert.match(text, /\nFrom publish to their acknowledgement\n/);
});

Deno.test("the page is written whole or not at all; a kept database serves the next one", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, PLANT);
  const report = (...args: string[]): Promise<Outcome> => inProcess(["report", ...args], { cwd: dir.path });
  const nowhere = await report("-o", "none/x.html");
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /none\/x\.html cannot be written: No such file/);
  await Deno.writeTextFile(`${dir.path}/x.html`, "old", { mode: 0o600 });
  assert.equal((await report("hook.log", "-o", "x.html", "--db", "q.db")).code, 0);
  assert.equal((await report("-o", "new.html", "--db", "q.db")).code, 0);
  const [old, made] = await Promise.all(
    ["x", "new"].map((name) => Deno.readTextFile(`${dir.path}/${name}.html`)),
  );
  const noTime = (page = ""): string => page.replace(/Made by .*/, "");
  assert.equal(noTime(old), noTime(made));
  const modes = ["x", "new"].map((name) => (Deno.statSync(`${dir.path}/${name}.html`).mode ?? 0) & 0o777);
  assert.deepEqual(modes, [0o600, 0o640]);
  assert.deepEqual([...Deno.readDirSync(dir.path)].map(({ name }) => name).sort(), [
    "hook.log",
    "new.html",
    "q.db",
    "x.html",
  ]);
});

Deno.test("Chromium shows it in light, dark and on paper, and neither it nor axe complains", async () => {
  await using dir = await tempDir();
  await Deno.mkdir(DIST, { recursive: true });
  await Deno.writeTextFile(`${dir.path}/hook.log`, PLANT);
  assert.equal((await inProcess(["report"], { cwd: dir.path })).code, 0);
  await using browser = await TestBrowser.open();
  const page = await browser.page(`file://${dir.path}/report.html`);
  for (
    const [name, media, width, paper] of [
      ["light", { colorScheme: "light", media: "screen" }, 1180, "rgb(246, 247, 245)"],
      ["dark", { colorScheme: "dark", media: "screen" }, 1180, "rgb(17, 22, 28)"],
      ["print", { colorScheme: "dark", media: "print" }, 690, "rgb(255, 255, 255)"],
    ] as const
  ) {
    await page.emulateMedia(media);
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${DIST}/report-${name}.png`, fullPage: true });
    // The colour shows that the style is in force, which its hash lets in.
    assert.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), paper);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, "nothing hangs over");
    assert.deepEqual(await seriousFindings(page), []);
  }
  assert.deepEqual(browser.complaints, []);
});
