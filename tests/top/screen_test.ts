// What `top` draws: it fits every screen, orders, filters, and lets no client steer the terminal.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { keysOf } from "../../src/terminal/full_screen.ts";
import { COLOURLESS } from "../../src/terminal/style.ts";
import { widthOf } from "../../src/terminal/width.ts";
import { type View, VIEWS } from "../../src/top/gather.ts";
import { type Scene, screenLines } from "../../src/top/screen.ts";
import { firstLook } from "../../src/top/tables.ts";
import { client, gathered, scene, sink, topic } from "./_scenes.ts";

const draw = (of: Scene, columns = 100, rows = 24): string[] =>
  screenLines(of, { columns, rows }, COLOURLESS);

const BUSY = gathered({
  clients: [
    client("quiet"),
    client("busy", { in: 1_250.4, out: 3, username: "plant", mqueue_len: 7 }),
    client("away", { connected: false, in: 1 }),
  ],
  topics: [topic("a/b", { rate: 2, count: 5 }), topic("a/c/d", { rate: 9 }), topic("\u{1f600}".repeat(200))],
  sinks: [
    sink("file:./hook.log"),
    sink("https://example.com/hook", { state: "degraded", last_error: "503" }),
  ],
  topicsLeftOut: 8,
}, ["https://example.com/hook takes no events: 503."]);

const names = (lines: readonly string[]): string[] => {
  const head = lines.findIndex((line) => /^(client|topic|sink)[▲▼ ]/.test(line));
  return lines.slice(head + 1).map((line) => line.split(" ")[0] ?? "").filter((name) => name !== "");
};

Deno.test("the head has the broker, its rates, totals and what is wrong", () => {
  const lines = draw(scene({ gathered: BUSY }));
  match(
    lines[0] ?? "",
    /^Hookline 0\.1\.0 {2}node 1 {2}up 3 min 05 s {2}not ready {2}http:\/\/127\.0\.0\.1:6060\/$/,
  );
  match(lines[1] ?? "", /^in +100\/s +▁?█ +out +251\/s +▁?█$/);
  match(lines[2] ?? "", /^clients 1,234 {2}sessions 1,240 .* dropped 12 {2}refused 0 {2}memory 68 MB$/);
  equal(lines[3], "! https://example.com/hook takes no events: 503.");
});

Deno.test("clients come by rate, the busiest first, and may come otherwise", () => {
  const of = (looking: Partial<Scene["looking"]>): string[] =>
    names(draw(scene({ gathered: BUSY, looking: { ...firstLook("clients"), ...looking } })).slice(0, -1));
  deepEqual(of({}), ["busy", "away", "quiet"]);
  deepEqual(of({ ascending: true }), ["quiet", "away", "busy"]);
  deepEqual(of({ sort: "client", ascending: true }), ["away", "busy", "quiet"]);
  deepEqual(of({ filter: "us" }), ["busy"]);
  deepEqual(of({ filter: "plant" }), ["busy"]);
  const [row = ""] = draw(scene({ gathered: BUSY })).filter((line) => line.startsWith("busy"));
  match(row, /^busy +plant +10\.0\.0\.7:49152 +1 +7 +1,250 +3\.0$/);
});

Deno.test("topics are filtered as MQTT filters them; what is left out is told", () => {
  const looking = { ...firstLook("topics"), filter: "a/+" };
  const lines = draw(scene({ view: "topics", gathered: BUSY, looking }));
  deepEqual(names(lines.slice(0, -1)), ["a/b"]);
  match(lines.join("\n"), /8 messages of more topics left out {2}filter: a\/\+/);
});

Deno.test("every screen is filled to the last line and no wider than it is", () => {
  for (const view of VIEWS) {
    for (let columns = 10; columns < 180; columns += 3) {
      for (const rows of [5, 10, 24, 60]) {
        const lines = draw(scene({ view, gathered: BUSY }), columns, rows);
        ok(lines.length <= rows, `${view} ${columns} by ${rows}: ${lines.length} lines`);
        if (columns < 50) continue; // numbers are not cut: narrower terminals wrap nothing and show less
        const wide = lines.filter((line) => widthOf(line) > columns);
        deepEqual(wide, [], `${view} ${columns} by ${rows}`);
      }
    }
  }
});

Deno.test("a list longer than the screen is shown from where it is scrolled to", () => {
  const clients = Array.from({ length: 5_000 }, (_, i) => client(`c${i}`, { in: 5_000 - i }));
  const lines = draw(scene({ gathered: gathered({ clients }), from: 100 }));
  match(lines.join("\n"), /\[clients\].* 101 to 117 of 5,000/);
  deepEqual(names(lines.slice(0, -1)).slice(0, 2), ["c100", "c101"]);
});

Deno.test("no client steers the terminal", () => {
  const evil = "\x1b]0;owned\x07\n\u202e";
  const clients = [client(evil, { username: evil })];
  const all = VIEWS.flatMap((view: View) =>
    draw(scene({
      view,
      gathered: gathered({ clients, topics: [topic(evil)], sinks: [sink(evil, { last_error: evil })] }, [
        evil,
      ]),
      trouble: evil,
      looking: { ...firstLook(view), filter: "" },
    }))
  );
  // deno-lint-ignore no-control-regex -- none of them may be there
  ok(all.every((line) => !/[\x00-\x1f\x7f-\x9f\u202e]/.test(line)), all.join("\n"));
});

Deno.test("keys are told apart, and what is no key is passed over", () => {
  deepEqual(keysOf("q/é\x1b[A\x1b[B\x1bOC\x1b[D\x1b[5~\x1b[6~"), [
    "q",
    "/",
    "é",
    "up",
    "down",
    "right",
    "left",
    "page_up",
    "page_down",
  ]);
  deepEqual(keysOf("\x1b"), ["escape"]);
  deepEqual(keysOf("\r\x7f\t\x03\x00\x01"), ["enter", "backspace", "tab", "interrupt"]);
  deepEqual(keysOf("\x1b[15~\x1b[1;5Cx"), ["x"]);
});
