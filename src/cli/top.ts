// `hookline top`: a running Hookline, live, in a terminal; once, for a script.
import type { Api } from "../status/reader/api.ts";
import { FullScreen } from "../terminal/full_screen.ts";
import { ANSI, COLOURLESS, type Painter } from "../terminal/style.ts";
import { type Gathered, Gatherer, type View, VIEWS } from "../top/gather.ts";
import { screenLines } from "../top/screen.ts";
import { firstLook, rowsOf } from "../top/tables.ts";
import { Top } from "../top/top.ts";
import { apiFailure, apiOf } from "./api_place.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { Stopping } from "./stopping.ts";
import { flagOf, textOf, UsageError, type Verb } from "./verb.ts";

/** What two answers are apart that tell a rate, milliseconds. */
const APART = 1_000;

export const top: Verb = async (values, _positionals, io) => {
  const api = apiOf(values, io);
  const view = VIEWS.find((each) => each === textOf(values, "view")) ?? "clients";
  const json = flagOf(values, "json");
  if (flagOf(values, "once")) {
    const views = json ? VIEWS : [view];
    const gathered = await gatherTwice(api, views);
    io.out(json ? `${jsonText(gathered)}\n` : plainText(gathered, view, api, io));
    return EXIT.done;
  }
  if (json) throw new UsageError("--json needs --once.");
  if (!io.isTerminal || !Deno.stdin.isTerminal()) {
    throw new UsageError("top needs a terminal; --once prints what there is now.");
  }
  using stopping = new Stopping();
  // A wrong address or token is told on the screen that stays.
  await new Gatherer(api).gather([]).catch((error) => {
    throw apiFailure(api, error);
  });
  using screen = new FullScreen((text) => io.out(text));
  await new Top(api, screen, painter(io), view).run(stopping.signal);
  return EXIT.done;
};

function painter(io: Io): Painter {
  // https://no-color.org: set and not empty, whatever the value.
  return io.isTerminal && (io.env("NO_COLOR") ?? "") === "" ? ANSI : COLOURLESS;
}

async function gatherTwice(api: Api, views: readonly View[]): Promise<Gathered> {
  const gatherer = new Gatherer(api);
  try {
    await gatherer.gather(views);
    await new Promise((resolve) => setTimeout(resolve, APART));
    return await gatherer.gather(views);
  } catch (error) {
    throw apiFailure(api, error);
  }
}

/** Rows in the order that the screen would have. */
function jsonText(gathered: Gathered): string {
  const [received = 0, sent = 0] = gathered.rates.at(-1) ?? [];
  const rows = <V extends View>(view: V): Gathered[V] => rowsOf(view, gathered, firstLook(view));
  return JSON.stringify({
    overview: gathered.overview,
    rates: { messages_received: received, messages_sent: sent },
    clients: rows("clients"),
    topics: rows("topics"),
    topics_left_out: gathered.topicsLeftOut,
    sinks: rows("sinks"),
  });
}

function plainText(gathered: Gathered, view: View, api: Api, io: Io): string {
  const scene = {
    view,
    looking: firstLook(view),
    from: 0,
    typing: false,
    gathered,
    trouble: undefined,
    url: api.base,
  };
  const size = { columns: io.columns ?? 200, rows: Infinity };
  return screenLines(scene, size, painter(io)).map((line) => `${line}\n`).join("");
}
