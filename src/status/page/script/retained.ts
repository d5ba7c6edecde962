// The view of Retained Messages: found by a Topic Filter, deleted on request.
import { topicFilterProblem } from "../../../mqtt/topics.ts";
import type { RetainInfo } from "../../api_types.ts";
import type { Api } from "../../reader/api.ts";
import { bytesText, countText, durationText } from "../../reader/figures.ts";
import { payloadLine } from "../../reader/payload.ts";
import { ask, errorText, tell } from "./dialog.ts";
import { byId, type Item, make, Rows, setAttribute, setText } from "./dom.ts";
import type { View } from "./view.ts";

/** Rows shown at first, and added by each `Show more`. */
const PAGE = 100;

export class RetainedView implements View {
  readonly every = 2_000;
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #search = byId<HTMLInputElement>("retained-search");
  readonly #more = byId<HTMLButtonElement>("retained-more");
  readonly #rows = new Rows<RetainInfo>(byId("retained-rows"), (message) => this.#row(message));
  #shown = PAGE;

  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
    this.#search.addEventListener("input", changed);
    this.#more.addEventListener("click", () => {
      this.#shown += PAGE;
      changed();
    });
  }

  async refresh(): Promise<void> {
    const topic = this.#search.value.trim();
    const problem = topic === "" ? undefined : topicFilterProblem(topic);
    setAttribute(this.#search, "aria-invalid", problem === undefined ? undefined : "true");
    if (problem !== undefined) return setText(byId("retained-shown"), problem);
    const { rows, total } = await this.#api.list<RetainInfo>("api/v1/retains", {
      topic,
      _limit: this.#shown,
    });
    this.#rows.show(rows, (message) => message.topic);
    this.#more.hidden = total <= rows.length;
    setText(
      byId("retained-shown"),
      rows.length < total
        ? `${countText(rows.length)} of ${countText(total)} shown`
        : `${countText(total)} shown`,
    );
  }

  #row({ topic }: RetainInfo): Item<RetainInfo> {
    const payload = make("td", { class: "text" });
    const titles = ["Size", "QoS", "From", "Published"];
    const numbers = titles.map((title, i) =>
      make("td", { class: i < 2 ? "n" : "wide", "data-title": title })
    );
    const remove = make("button", {
      type: "button",
      "aria-label": `Delete the Retained Message of ${topic}`,
    });
    remove.append("Delete");
    remove.addEventListener("click", () => void this.#delete(topic));
    return {
      element: make(
        "tr",
        {},
        make("td", { class: "text whole" }, topic),
        payload,
        ...numbers,
        make("td", { class: "n" }, remove),
      ),
      update: (message) => {
        setText(payload, message.payload === null ? "hidden by redact" : payloadLine(message.payload));
        for (const [i, text] of textsOf(message).entries()) {
          const cell = numbers[i];
          if (cell !== undefined) setText(cell, text);
        }
      },
    };
  }

  async #delete(topic: string): Promise<void> {
    if (!await ask(`Delete the Retained Message of ${topic}?`, "Delete")) return;
    try {
      await this.#api.send("DELETE", `api/v1/retains/${encodeURIComponent(topic)}`);
      tell(`The Retained Message of ${topic} is deleted.`);
    } catch (error) {
      tell(`The Retained Message of ${topic} was not deleted: ${errorText(error)}.`);
    }
    this.#changed();
  }
}

function textsOf({ payload_size, qos, clientid, ts, expiry_interval }: RetainInfo): string[] {
  const age = `${durationText((Date.now() - ts) / 1_000)} ago`;
  return [
    bytesText(payload_size),
    String(qos),
    clientid,
    expiry_interval === null ? age : `${age}, expires in ${durationText(expiry_interval)}`,
  ];
}
