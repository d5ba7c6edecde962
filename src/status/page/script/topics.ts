// The view of topics: a tree that opens level by level, with counts, rates and last values that flash.
import { topicFilterProblem, topicMatches } from "../../../mqtt/topics.ts";
import type { TopicsInfo } from "../../api_types.ts";
import type { Api } from "../../reader/api.ts";
import { bytesText, countText, rateText } from "../../reader/figures.ts";
import { payloadLine } from "../../reader/payload.ts";
import { type TopicNode, TopicTree } from "../../reader/topic_tree.ts";
import { byId, type Item, make, Rows, setText } from "./dom.ts";
import type { View } from "./view.ts";

/** Topics asked for, those of which a message came last. */
const ASKED = 1_000;
/** Topics shown at once: of one level, or found by a search. */
const MOST_SHOWN = 200;
/** Levels below the first with no more topics than this are open from the beginning, as the first is. */
const OPENS_ITSELF = 12;

/** The topics of one level. */
interface Level {
  readonly rows: Rows<TopicNode>;
  /** Tells of those that are not shown. */
  readonly more: HTMLElement;
}

export class TopicsView implements View {
  readonly every = 1_000;
  readonly #api: Api;
  readonly #tree = new TopicTree();
  readonly #search = byId<HTMLInputElement>("topic-search");
  readonly #list = byId("topic-rows");
  readonly #foundList = byId("topic-found");
  readonly #first: Level = { rows: this.#rowsIn(this.#list, 0), more: byId("topics-more") };
  readonly #found = this.#rowsIn(this.#foundList, undefined);
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** Topics that the broker knows. */
  #known = 0;

  constructor(api: Api) {
    this.#api = api;
    this.#search.addEventListener("input", () => this.#draw());
  }

  async refresh(): Promise<void> {
    const topics = await this.#api.get<TopicsInfo>("api/v1/topics", { _limit: ASKED });
    this.#tree.take(topics, performance.now());
    this.#known = topics.total;
    this.#draw();
  }

  #draw(): void {
    const wanted = this.#search.value.trim();
    this.#list.hidden = wanted !== "";
    this.#foundList.hidden = wanted === "";
    const found = wanted === "" ? [] : this.#matching(wanted);
    byId("topics-more").hidden = wanted !== "";
    if (wanted === "") this.#show(this.#first, this.#tree.root);
    else this.#found.show(found.slice(0, MOST_SHOWN), ({ topic }) => topic);
    setText(byId("topics-shown"), this.#note(wanted === "" ? undefined : found.length));
  }

  #note(found: number | undefined): string {
    const notes = [found === undefined ? `${countText(this.#known)} topics` : `${countText(found)} found`];
    if (found !== undefined && found > MOST_SHOWN) notes.push(`the first ${MOST_SHOWN} are shown`);
    if (this.#known > ASKED) notes.push(`asked for the ${countText(ASKED)} with the newest messages`);
    if (this.#known === 0) notes.push("messages are counted while somebody looks");
    const { leftOut } = this.#tree;
    if (leftOut > 0) notes.push(`${countText(leftOut)} messages of more topics than are kept are left out`);
    return notes.join(" · ");
  }

  #matching(wanted: string): TopicNode[] {
    const isFilter = /[+#]/.test(wanted) && topicFilterProblem(wanted) === undefined;
    const found: TopicNode[] = [];
    const visit = (node: TopicNode): void => {
      if (
        node.info !== undefined &&
        (isFilter ? topicMatches(wanted, node.topic) : node.topic.includes(wanted))
      ) found.push(node);
      for (const child of node.children.values()) visit(child);
    };
    visit(this.#tree.root);
    return found;
  }

  #show({ rows, more }: Level, node: TopicNode): void {
    const children = [...node.children.values()].sort((a, b) => a.name < b.name ? -1 : 1);
    rows.show(children.slice(0, MOST_SHOWN), ({ name, children }) => `${children.size > 0} ${name}`);
    const left = children.length - MOST_SHOWN;
    setText(more, left > 0 ? `${countText(left)} more are not shown; the search finds them.` : "");
  }

  /** @param depth levels above; undefined: each topic is shown as a whole, and nothing below it */
  #rowsIn(list: HTMLElement, depth: number | undefined): Rows<TopicNode> {
    list.style.setProperty("--depth", String(depth ?? 0));
    return new Rows<TopicNode>(list, (node) => this.#item(node, depth));
  }

  #item(node: TopicNode, depth: number | undefined): Item<TopicNode> {
    const isBranch = node.children.size > 0 && depth !== undefined;
    const name = depth === undefined ? node.topic : node.name;
    const count = make("span", { class: "n" });
    const rate = make("span", { class: "n rate" });
    const last = make("span", { class: "payload" });
    const line = make(
      isBranch ? "summary" : "div",
      { class: "node" },
      make("span", { class: "topic", title: node.topic }, name === "" ? "(empty)" : name),
      count,
      rate,
      last,
    );
    const below = make("ul");
    const level: Level = { rows: this.#rowsIn(below, (depth ?? 0) + 1), more: make("p", { class: "note" }) };
    const details = isBranch ? make("details", {}, line, below, level.more) : undefined;
    if (details !== undefined) {
      details.open = depth === 0 || node.children.size <= OPENS_ITSELF;
      details.addEventListener("toggle", () => details.open && this.#show(level, node));
    }
    let shown = 0;
    return {
      element: make("li", {}, details ?? line),
      update: (node) => {
        setText(count, countText(node.total));
        setText(rate, `${rateText(node.rate)}/s`);
        setText(last, lastText(node));
        if (node.last !== shown && !this.#calm.matches) {
          line.animate({ backgroundColor: ["var(--flash)", "transparent"] }, 900);
        }
        shown = node.last;
        if (details?.open === true) this.#show(level, node);
      },
    };
  }
}

function lastText({ info }: TopicNode): string {
  if (info === undefined) return "";
  if (info.payload === null) return `${bytesText(info.payload_size)}, hidden by redact`;
  const text = payloadLine(info.payload);
  return info.payload_size > 256 ? `${text}… (${bytesText(info.payload_size)})` : text;
}
