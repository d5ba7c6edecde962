// The view of the daemon's log: its last lines, and those to come.
import type { LogEntry } from "../../api_types.ts";
import type { Api } from "../../reader/api.ts";
import { countText } from "../../reader/figures.ts";
import { Stream } from "../../reader/stream.ts";
import { errorText } from "./dialog.ts";
import { byId, make, setText } from "./dom.ts";
import { StreamList } from "./stream_list.ts";
import type { View } from "./view.ts";

/** Entries kept. */
const MOST = 500;

export class LogView implements View {
  readonly every = undefined;
  readonly #list = new StreamList<LogEntry>(byId("log-rows"), itemOf, MOST, () => this.#tell());
  readonly #stream: Stream;
  #broken = "";

  /** @param onBroken is also told why the log cannot be followed */
  constructor(api: Api, onBroken: (error: unknown) => void) {
    this.#stream = new Stream(api, "api/v1/log", {
      onData: (json) => this.#list.add(JSON.parse(json) as LogEntry),
      // What was before comes again with every opening.
      onHello: () => {
        this.#broken = "";
        this.#list.clear();
      },
      onMissed: ({ sampled, slow }) => this.#list.leftOut(sampled + slow),
      onBroken: (error) => {
        this.#broken = `not followed: ${errorText(error)}`;
        this.#tell();
        onBroken(error);
      },
    });
  }

  async refresh(): Promise<void> {}

  show(): void {
    this.#stream.open();
  }

  hide(): void {
    this.#stream.close();
  }

  #tell(): void {
    const { skipped } = this.#list;
    const leftOut = skipped > 0 ? `${countText(skipped)} left out` : "";
    setText(byId("log-shown"), this.#broken === "" ? leftOut : this.#broken);
  }
}

function itemOf({ time, level, msg, fields }: LogEntry): HTMLElement {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = level === "error" ? "bad" : level === "warn" ? "careful" : "time";
  return make(
    "li",
    { class: "entry" },
    make("time", { class: "time", datetime: new Date(time).toISOString() }, localTime(time)),
    make("span", { class: words }, level),
    make("span", {}, msg, make("span", { class: "time" }, pairs.length === 0 ? "" : `  ${pairs.join(" ")}`)),
  );
}

/** `2026-11-24 09:05:01.042` */
function localTime(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 23).replace("T", " ");
}
