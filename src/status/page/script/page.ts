// The page: which view is shown, and what is asked of the API when.
import type { Overview } from "../../api_types.ts";
import { Api, ApiError } from "../../reader/api.ts";
import { ClientsView } from "./clients.ts";
import { byId, setAttribute, setText } from "./dom.ts";
import { EventsView } from "./events.ts";
import { LogView } from "./log.ts";
import { OverviewView } from "./overview.ts";
import { RetainedView } from "./retained.ts";
import { SinksView } from "./sinks.ts";
import { Token } from "./token.ts";
import { TopicsView } from "./topics.ts";
import type { View } from "./view.ts";

/** Milliseconds between two answers for the chart and the head. */
const OVERVIEW_EVERY = 1_000;
/** A view that takes long to answer is asked less often: it rests this many times as long as it took. */
const REST = 4;

class Page {
  readonly #token = new Token(() => this.#start());
  readonly #api = new Api(document.baseURI.replace(/[#?].*/, ""), () => this.#token.value);
  readonly #overview = new OverviewView();
  readonly #events = new EventsView(this.#api, (error) => this.#refused(error));
  readonly #views: ReadonlyMap<string, View | undefined> = new Map<string, View | undefined>([
    ["overview", undefined],
    ["clients", new ClientsView(this.#api, () => this.#wake())],
    ["topics", new TopicsView(this.#api)],
    ["events", this.#events],
    ["sinks", new SinksView(this.#api, () => this.#wake())],
    ["retained", new RetainedView(this.#api, () => this.#wake())],
    ["log", new LogView(this.#api, (error) => this.#refused(error))],
  ]);
  /** Why the overview, and the view that is shown, cannot be told now. */
  readonly #troubles: { overview?: unknown; view?: unknown } = {};
  #shown = "";
  #timer: number | undefined;
  /** A refresh is under way, and whether another is wanted behind it. */
  #busy = false;
  #again = false;

  run(): void {
    addEventListener("hashchange", () => this.#show());
    document.addEventListener("visibilitychange", () => this.#show());
    this.#start();
    void this.#follow();
  }

  #start(): void {
    this.#shown = "";
    this.#show();
  }

  /** Asks for the overview for as long as the page is there. */
  async #follow(): Promise<void> {
    for (;;) {
      if (!this.#token.asking) {
        try {
          const overview = await this.#api.get<Overview>("api/v1/overview");
          this.#overview.show(overview);
          this.#events.offer(Object.keys(overview.counters.events));
          this.#tell("overview", undefined);
        } catch (error) {
          this.#tell("overview", error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, OVERVIEW_EVERY));
    }
  }

  /** Shows the view of the address, unless nobody can see it. */
  #show(): void {
    const wanted = location.hash.slice(1);
    const name = this.#views.has(wanted) ? wanted : "overview";
    const seen = this.#token.asking || document.hidden ? "" : name;
    for (const link of document.querySelectorAll("nav a")) {
      const isShown = link.getAttribute("href") === `#${name}`;
      setAttribute(link, "aria-current", isShown ? "page" : undefined);
      if (isShown) link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    for (const each of this.#views.keys()) byId(each).hidden = this.#token.asking || each !== name;
    if (seen === this.#shown) return;
    this.#views.get(this.#shown)?.hide?.();
    this.#tell("view", undefined);
    this.#shown = seen;
    this.#views.get(seen)?.show?.();
    this.#wake();
  }

  /** Refreshes the view that is shown, now or as soon as the refresh under way is done. */
  #wake(): void {
    clearTimeout(this.#timer);
    if (this.#busy) this.#again = true;
    else void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const view = this.#views.get(this.#shown);
    if (view?.every === undefined) return;
    this.#busy = true;
    const began = performance.now();
    try {
      await view.refresh();
      this.#tell("view", undefined);
    } catch (error) {
      this.#tell("view", error);
    }
    const took = performance.now() - began;
    this.#busy = false;
    const rest = this.#again ? 0 : Math.max(view.every - took, REST * took);
    this.#again = false;
    this.#timer = setTimeout(() => this.#wake(), rest);
  }

  /** Asks for the token where that is what was missing. */
  #refused(error: unknown): void {
    if (!isUnauthorised(error)) return;
    this.#token.ask();
    this.#show();
  }

  #tell(which: "overview" | "view", error: unknown): void {
    this.#troubles[which] = error;
    this.#refused(error);
    const { overview, view } = this.#troubles;
    const trouble = overview ?? view;
    const link = byId("link");
    setAttribute(link, "class", trouble === undefined ? undefined : "bad");
    if (trouble === undefined || isUnauthorised(trouble)) setText(link, "");
    else if (trouble instanceof ApiError) setText(link, trouble.message);
    else {
      setText(link, "Hookline does not answer. Trying again.");
      setText(byId("ready"), "not reached");
      setAttribute(byId("ready"), "class", "badge bad");
    }
  }
}

function isUnauthorised(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

new Page().run();
