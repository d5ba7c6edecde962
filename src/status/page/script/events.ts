// The view of events: the stream of them, filtered by the broker, paused here.
import { topicFilterProblem } from "../../../mqtt/topics.ts";
import type { StreamHello } from "../../api_types.ts";
import type { Api } from "../../reader/api.ts";
import { bytesText, countText } from "../../reader/figures.ts";
import { payloadBytes, payloadLine } from "../../reader/payload.ts";
import { Stream } from "../../reader/stream.ts";
import { errorText } from "./dialog.ts";
import { byId, make, setAttribute, setText } from "./dom.ts";
import { StreamList } from "./stream_list.ts";
import type { View } from "./view.ts";

/** Events kept. */
const MOST = 300;
/** How long it waits for more typing before it filters, milliseconds. */
const TYPING = 300;

/** A line as far as this view reads it; keys that it lacks are `undefined`. */
interface EventLine {
  readonly json: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export class EventsView implements View {
  readonly every = undefined;
  readonly #name = byId<HTMLSelectElement>("event-name");
  readonly #client = byId<HTMLInputElement>("event-client");
  readonly #topic = byId<HTMLInputElement>("event-topic");
  readonly #pause = byId<HTMLButtonElement>("event-pause");
  readonly #list = new StreamList<EventLine>(byId("event-rows"), itemOf, MOST, () => this.#tell());
  readonly #stream: Stream;
  #most = 0;
  #broken = "";
  #typing: number | undefined;

  /** @param onBroken is also told why the stream cannot be followed */
  constructor(api: Api, onBroken: (error: unknown) => void) {
    this.#stream = new Stream(api, "api/v1/events", {
      onData: (json) => this.#list.add({ json, values: valuesOf(json) }),
      onHello: ({ most_per_second }: StreamHello) => {
        this.#most = most_per_second;
        this.#broken = "";
        this.#tell();
      },
      onMissed: ({ sampled, slow }) => this.#list.leftOut(sampled + slow),
      onBroken: (error) => {
        this.#broken = `not followed: ${errorText(error)}`;
        this.#tell();
        onBroken(error);
      },
    });
    byId("event-filter").addEventListener("submit", (event) => event.preventDefault());
    for (const input of [this.#name, this.#client, this.#topic]) {
      input.addEventListener("input", () => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => {
          if (this.#list.paused) this.#togglePause();
          this.show();
        }, TYPING);
      });
    }
    this.#pause.addEventListener("click", () => this.#togglePause());
  }

  /** Offers these events in the filter. */
  offer(names: readonly string[]): void {
    if (this.#name.options.length > 1) return;
    for (const name of names) this.#name.append(make("option", { value: name }, name));
  }

  async refresh(): Promise<void> {}

  show(): void {
    const topic = this.#topic.value;
    const problem = topic === "" ? undefined : topicFilterProblem(topic);
    setText(byId("event-topic-problem"), problem ?? "");
    setAttribute(this.#topic, "aria-invalid", problem === undefined ? undefined : "true");
    if (problem !== undefined) return;
    this.#list.clear();
    this.#stream.open({ event: this.#name.value, client: this.#client.value, topic });
  }

  hide(): void {
    this.#stream.close();
  }

  #togglePause(): void {
    if (this.#list.paused) this.#list.resume();
    else this.#list.pause();
    setAttribute(this.#pause, "aria-pressed", String(this.#list.paused));
    setText(this.#pause, this.#list.paused ? "Go on" : "Pause");
    this.#tell();
  }

  #tell(): void {
    const { shown, skipped, missed, paused } = this.#list;
    const notes = [`${countText(shown)} shown`];
    if (paused) notes.push(`paused: ${countText(missed)} missed`);
    if (skipped > 0) {
      notes.push(`${countText(skipped)} left out: at most ${countText(this.#most)} a second are sent`);
    }
    if (this.#broken !== "") notes.push(this.#broken);
    setText(byId("events-shown"), notes.join(" · "));
  }
}

function valuesOf(json: string): EventLine["values"] {
  try {
    return JSON.parse(json) as EventLine["values"];
  } catch {
    return {}; // shown as it is
  }
}

function itemOf({ json, values }: EventLine): HTMLElement {
  const text = (key: string): string => typeof values[key] === "string" ? values[key] : "";
  const action = text("action");
  const details = make(
    "details",
    {},
    make(
      "summary",
      {},
      make("span", { class: "time" }, text("time").slice(11)),
      make("span", { class: classOf(action, values) }, action),
      make("span", { class: "client" }, text("clientid") || text("from_clientid")),
      make("span", { class: "topic" }, text("topic")),
      make("span", { class: "payload" }, detailOf(values)),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(make("pre", {}, pretty(json, values)));
  }, { once: true });
  return make("li", {}, details);
}

function classOf(action: string, values: EventLine["values"]): string {
  const refused = typeof values["conn_ack"] === "string" && values["conn_ack"] !== "Connection Accepted";
  if (refused || action === "message_dropped") return "bad";
  if (action.startsWith("offline_")) return "careful";
  return `of-${action.split("_")[0]}`;
}

function detailOf(values: EventLine["values"]): string {
  const parts: string[] = [];
  const { reason, conn_ack, payload, payload_omitted, opts, qos, retain, dup, ipaddress, proto_ver } = values;
  if (typeof reason === "string") parts.push(reason);
  if (typeof conn_ack === "string") parts.push(conn_ack);
  if (typeof qos === "number") {
    parts.push(`q${qos}${retain === true ? " retain" : ""}${dup === true ? " dup" : ""}`);
  }
  if (typeof payload_omitted === "number") parts.push(`payload of ${bytesText(payload_omitted)}`);
  else if (typeof payload === "string") {
    const size = payloadBytes(payload);
    parts.push(size > 200 ? `${payloadLine(payload)} (${bytesText(size)})` : payloadLine(payload));
  }
  if (typeof opts === "object" && opts !== null && "qos" in opts) parts.push(`q${opts.qos}`);
  if (typeof proto_ver === "number" && typeof ipaddress === "string") parts.push(ipaddress);
  return parts.join(" · ");
}

function pretty(json: string, values: EventLine["values"]): string {
  return Object.keys(values).length === 0 ? json : JSON.stringify(values, null, 2);
}
