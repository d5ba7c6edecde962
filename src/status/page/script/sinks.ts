// The view of sinks: what each took, what waits, what was lost, and parked events that can be sent again.
import type { Redelivered, SinkInfo } from "../../api_types.ts";
import type { Api } from "../../reader/api.ts";
import { bytesText, countText, durationText, rateText } from "../../reader/figures.ts";
import { Rates } from "../../reader/rates.ts";
import { ask, errorText, tell } from "./dialog.ts";
import { byId, type Item, make, Rows, setAttribute, setText } from "./dom.ts";
import type { View } from "./view.ts";

/** How long parked events may take to be sent again, milliseconds; what is not sent by then stays parked. */
const REDELIVERY = 600_000;

export class SinksView implements View {
  readonly every = 1_000;
  readonly #api: Api;
  readonly #changed: () => void;
  /** Sinks whose parked events are being sent again. */
  readonly #redelivering = new Set<string>();
  readonly #rates = new Map<string, Rates>();
  readonly #rows = new Rows<SinkInfo>(byId("sink-rows"), (sink) => this.#row(sink));

  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  async refresh(): Promise<void> {
    const sinks = await this.#api.get<SinkInfo[]>("api/v1/sinks");
    const now = performance.now();
    for (const { url, lines_written } of sinks) {
      const rates = this.#rates.get(url) ?? new Rates(10_000);
      this.#rates.set(url, rates);
      rates.add(now, [lines_written]);
    }
    for (const url of this.#rates.keys()) {
      if (!sinks.some((sink) => sink.url === url)) this.#rates.delete(url);
    }
    this.#rows.show(sinks, ({ url }) => url);
  }

  #row({ url }: SinkInfo): Item<SinkInfo> {
    const problem = make("p", { class: "bad" });
    const name = make("td", { class: "text whole" }, url, problem);
    const state = make("td");
    const titles = ["Written/s", "Written", "Waiting", "Dropped", "Parked"];
    const numbers = titles.map((title) => make("td", { class: "n", "data-title": title }));
    const redeliver = make("button", { type: "button", "aria-label": `Redeliver parked events of ${url}` });
    redeliver.append("Redeliver");
    redeliver.addEventListener("click", () => void this.#redeliver(url));
    const element = make("tr", {}, name, state, ...numbers, make("td", { class: "n" }, redeliver));
    return {
      element,
      update: (sink) => {
        setText(state, sink.state);
        setAttribute(state, "class", sink.state === "ok" ? "good" : "bad");
        setText(problem, sink.last_error ?? "");
        for (const [i, text] of this.#texts(sink).entries()) {
          const cell = numbers[i];
          if (cell !== undefined) setText(cell, text);
        }
        redeliver.disabled = this.#redelivering.has(url);
        redeliver.hidden = (sink.parked_bytes ?? 0) === 0;
      },
    };
  }

  #texts(sink: SinkInfo): string[] {
    const dropped = Object.entries(sink.lines_dropped);
    const spool = sink.spool_bytes === null || sink.spool_bytes === 0
      ? ""
      : ` (${bytesText(sink.spool_bytes)})`;
    const age = sink.oldest_waiting === null
      ? ""
      : `, oldest ${durationText((Date.now() - sink.oldest_waiting) / 1_000)}`;
    return [
      rateText(this.#rates.get(sink.url)?.now[0] ?? 0),
      countText(sink.lines_written),
      countText(sink.lines_waiting) + spool + age,
      dropped.length === 0 ? "0" : dropped.map(([why, count]) => `${countText(count)} ${why}`).join(", "),
      sink.parked_bytes === null ? "" : bytesText(sink.parked_bytes),
    ];
  }

  async #redeliver(url: string): Promise<void> {
    if (!await ask(`Send the parked events of ${url} again?`, "Redeliver")) return;
    this.#redelivering.add(url);
    this.#changed();
    try {
      const text = await this.#api.send("POST", "api/v1/sinks/redeliver", { url }, REDELIVERY);
      const done = JSON.parse(text) as Redelivered;
      const failed = done.failed === 0
        ? ""
        : ` ${countText(done.failed)} were refused again and are parked: ${done.last_failure ?? ""}.`;
      tell(`${countText(done.sent)} parked events were sent again.${failed}`);
    } catch (error) {
      tell(`Parked events were not sent again: ${errorText(error)}.`);
    } finally {
      this.#redelivering.delete(url);
    }
    this.#changed();
  }
}
