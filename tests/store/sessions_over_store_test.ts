// The tests of sessions, once more, with all of it on the disk.
import { openStore } from "../../src/store/open_store.ts";
import { World } from "../broker/_world.ts";
import { opened } from "./_machine.ts";

const folder = Deno.makeTempDirSync({ prefix: "hookline-store-" });
let files = 0;

World.open = (clock, log) => {
  return opened(openStore(`${folder}/${files++}.db`, { fsync: "never", maxBytes: 0 }, clock, log));
};
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

await import("../broker/broker_sessions_test.ts");
await import("../broker/message_lines_test.ts");
