// The view of everything at a glance, and what the head of the page tells from the same answer.
import type { ListenerInfo, Overview } from "../../api_types.ts";
import { bytesText, countText, durationText, rateText } from "../../reader/figures.ts";
import { Rates } from "../../reader/rates.ts";
import { Chart } from "./chart.ts";
import { byId, type Item, make, Rows, setAttribute, setText } from "./dom.ts";

/** A certificate that ends sooner deserves a look, days. */
const SOON = 14;

/** A title and its value, and perhaps a note on that. */
type Pair = readonly [string, string, string?];

export class OverviewView {
  readonly #rates = new Rates();
  readonly #chart = new Chart(
    document.querySelector<SVGSVGElement>("#chart") as SVGSVGElement,
    ["line-in", "line-out"],
    this.#rates,
  );
  readonly #totals = new Rows<Pair>(byId("totals"), pairItem);
  readonly #listeners = new Rows<ListenerInfo>(byId("listener-rows"), listenerItem);
  readonly #losses = new Rows<Pair>(byId("loss-rows"), lossItem);
  readonly #problems = new Rows<string>(byId("problems"), () => {
    const element = make("p");
    return { element, update: (text) => setText(element, text) };
  });

  /** Shows an answer. */
  show(overview: Overview): void {
    const { counters } = overview;
    const now = performance.now();
    this.#rates.add(now, [counters.messages_received, counters.messages_sent]);
    const [rateIn = 0, rateOut = 0] = this.#rates.now;
    setText(byId("rate-in"), rateText(rateIn));
    setText(byId("rate-out"), rateText(rateOut));
    this.#chart.draw(now);
    this.#totals.show(totalsOf(overview), ([title]) => title);
    this.#listeners.show(overview.listeners, ({ kind, name }) => `${kind} ${name}`);
    const losses = lossesOf(overview);
    this.#losses.show(losses, ([title]) => title);
    byId("losses-none").hidden = losses.length > 0;
    this.#showHead(overview);
  }

  #showHead(overview: Overview): void {
    const { version, node_id, uptime, health, sinks } = overview;
    setText(byId("about"), `${version} · node ${node_id} · up ${durationText(uptime)}`);
    setText(byId("ready"), health.ready ? "ready" : "not ready");
    setAttribute(byId("ready"), "class", `badge ${health.ready ? "good" : "bad"}`);
    document.title = `${health.ready ? "" : "! "}Hookline ${location.host}`;
    this.#problems.show([...new Set(health.problems)], (text) => text);
    setText(byId("tally-clients"), countText(overview.clients));
    const degraded = sinks.filter(({ state }) => state !== "ok").length;
    setText(byId("tally-sinks"), degraded === 0 ? countText(sinks.length) : `${degraded} degraded`);
    setAttribute(byId("tally-sinks"), "class", degraded === 0 ? "tally" : "tally bad");
  }
}

function totalsOf(overview: Overview): Pair[] {
  const { counters, memory } = overview;
  const store: Pair[] = overview.store === null ? [] : [["Store", bytesText(overview.store.bytes)]];
  return [
    ["Clients", countText(overview.clients), `most ${countText(overview.clients_max)}`],
    ["Sessions", countText(overview.sessions)],
    [
      "Subscriptions",
      countText(overview.subscriptions),
      `shared ${countText(overview.shared_subscriptions)}`,
    ],
    ["Retained, with $SYS", countText(overview.retained_messages), bytesText(overview.retained_bytes)],
    ["Waiting for clients", countText(overview.kept_messages), bytesText(overview.kept_bytes)],
    ["Received", countText(counters.messages_received), bytesText(counters.bytes_received)],
    ["Sent", countText(counters.messages_sent), bytesText(counters.bytes_sent)],
    ["Memory", bytesText(memory.rss), `heap ${bytesText(memory.heap)}`],
    ...store,
  ];
}

function lossesOf({ counters }: Overview): Pair[] {
  const pairs = (what: string, counts: Readonly<Record<string, number>>): Pair[] =>
    Object.entries(counts).filter(([, count]) => count > 0)
      .map(([reason, count]) => [`${what}: ${reason}`, countText(count)]);
  return [
    ...pairs("message", counters.messages_dropped),
    ...pairs("connection", counters.connections_refused),
    ...pairs("throttled", counters.clients_throttled),
  ];
}

function pairItem([title]: Pair): Item<Pair> {
  const value = make("dd");
  const noted = make("dd", { class: "note" });
  return {
    element: make("div", {}, make("dt", {}, title), value, noted),
    update: ([, text, note = ""]) => {
      setText(value, text);
      setText(noted, note);
    },
  };
}

function lossItem([title]: Pair): Item<Pair> {
  const value = make("td", { class: "n" });
  return {
    element: make("tr", {}, make("th", { scope: "row" }, title), value),
    update: ([, text]) => setText(value, text),
  };
}

function listenerItem({ name, kind }: ListenerInfo): Item<ListenerInfo> {
  const address = make("td", { class: "text" });
  const clients = make("td", { class: "n" });
  const certificate = make("td");
  return {
    element: make("tr", {}, make("td", {}, `${kind} ${name}`), address, clients, certificate),
    update: (listener) => {
      setText(address, listener.address);
      setText(clients, countText(listener.clients));
      const { certificate_expires: expires } = listener;
      const days = expires === null ? Infinity : (expires - Date.now()) / 86_400_000;
      setAttribute(certificate, "class", days <= 0 ? "bad" : days < SOON ? "careful" : undefined);
      setText(certificate, expires === null ? "" : certificateText(expires, days));
    },
  };
}

function certificateText(expires: number, days: number): string {
  const date = new Date(expires).toISOString().slice(0, 10);
  return days <= 0 ? `expired on ${date}` : `${date}, in ${durationText(days * 86_400)}`;
}
