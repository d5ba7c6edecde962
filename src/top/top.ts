// `top` on a terminal: asks, draws, and does what keys say, until one says quit.
import { errorText } from "../base/error_text.ts";
import { type Api, ApiError } from "../status/reader/api.ts";
import { type FullScreen, type Key } from "../terminal/full_screen.ts";
import type { Painter } from "../terminal/style.ts";
import { Gatherer, type View, VIEWS } from "./gather.ts";
import { type Scene, screenLines } from "./screen.ts";
import { firstLook, type Looking, sortsOf, startsWithLargest } from "./tables.ts";

/** Milliseconds between two answers. */
const EVERY = 1_000;
/** A broker that takes long to answer is asked less often: it rests this many times as long as it took. */
const REST = 9;
/** Characters of a filter. */
const LONGEST_FILTER = 1_000;

export class Top {
  readonly #screen: FullScreen;
  readonly #paint: Painter;
  readonly #gatherer: Gatherer;
  readonly #looks = new Map<View, Looking>(VIEWS.map((view) => [view, firstLook(view)]));
  #scene: Scene;
  #wake = (): void => {};

  constructor(api: Api, screen: FullScreen, paint: Painter, view: View) {
    this.#screen = screen;
    this.#paint = paint;
    this.#gatherer = new Gatherer(api);
    this.#scene = {
      view,
      looking: this.#lookOf(view),
      from: 0,
      typing: false,
      gathered: undefined,
      trouble: undefined,
      url: api.base,
    };
  }

  /** Resolves when a key says so, the terminal is gone, or `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const quit = new AbortController();
    const either = AbortSignal.any([signal, quit.signal]);
    either.addEventListener("abort", () => this.#wake());
    const redraw = (): void => this.#draw();
    Deno.addSignalListener("SIGWINCH", redraw);
    try {
      void this.#follow(quit);
      while (!either.aborted) {
        const began = performance.now();
        await this.#gather();
        const took = performance.now() - began;
        if (!either.aborted) await this.#sleep(Math.max(EVERY - took, REST * took));
      }
    } finally {
      Deno.removeSignalListener("SIGWINCH", redraw);
    }
  }

  async #gather(): Promise<void> {
    const { view } = this.#scene;
    try {
      const gathered = await this.#gatherer.gather([view]);
      this.#change({ gathered, trouble: undefined });
    } catch (error) {
      const trouble = error instanceof ApiError ? error.message : `no answer: ${errorText(error)}`;
      this.#change({ trouble });
    }
  }

  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }

  async #follow(quit: AbortController): Promise<void> {
    try {
      for await (const key of this.#screen.keys()) {
        if (key === "interrupt" || (key === "q" && !this.#scene.typing)) break;
        this.#press(key);
      }
    } catch {
      // The terminal is gone, and with it whoever could read why.
    }
    quit.abort();
  }

  #press(key: Key): void {
    if (this.#scene.typing) return this.#type(key);
    const { looking, from } = this.#scene;
    const page = Math.max(1, this.#screen.size.rows - 8);
    const steps: Readonly<Record<string, number>> = { up: -1, down: 1, page_up: -page, page_down: page };
    const step = steps[key];
    const number = Number(key);
    if (step !== undefined) this.#scrollTo(from + step);
    else if (key === "home") this.#scrollTo(0);
    else if (key === "end") this.#scrollTo(Infinity);
    else if (key === "left") this.#sortBy(-1);
    else if (key === "right") this.#sortBy(1);
    else if (key === "r") this.#look({ ...looking, ascending: !looking.ascending });
    else if (key === "/") this.#change({ typing: true });
    else if (key === "escape") this.#look({ ...looking, filter: "" });
    else if (key === "tab") this.#show(VIEWS[(VIEWS.indexOf(this.#scene.view) + 1) % VIEWS.length]);
    else if (Number.isInteger(number)) this.#show(VIEWS[number - 1]);
  }

  #type(key: Key): void {
    const { looking } = this.#scene;
    if (key === "enter") this.#change({ typing: false });
    else if (key === "escape") {
      this.#change({ typing: false });
      this.#look({ ...looking, filter: "" });
    } else if (key === "backspace") {
      this.#look({ ...looking, filter: [...looking.filter].slice(0, -1).join("") });
    } else if ([...key].length === 1 && looking.filter.length < LONGEST_FILTER) {
      this.#look({ ...looking, filter: looking.filter + key });
    }
  }

  #sortBy(step: number): void {
    const { view, looking } = this.#scene;
    const sorts = sortsOf(view);
    const sort = sorts[(sorts.indexOf(looking.sort) + step + sorts.length) % sorts.length] ?? looking.sort;
    this.#look({ ...looking, sort, ascending: !startsWithLargest(view, sort) });
  }

  #look(looking: Looking): void {
    this.#looks.set(this.#scene.view, looking);
    this.#change({ looking, from: 0 });
  }

  #lookOf(view: View): Looking {
    return this.#looks.get(view) ?? firstLook(view);
  }

  #show(view: View | undefined): void {
    if (view === undefined || view === this.#scene.view) return;
    this.#change({ view, looking: this.#lookOf(view), from: 0 });
    this.#wake();
  }

  #scrollTo(from: number): void {
    const { gathered, view } = this.#scene;
    const last = Math.max(0, (gathered?.[view].length ?? 0) - 1);
    this.#change({ from: Math.min(last, Math.max(0, from)) });
  }

  #change(change: Partial<Scene>): void {
    this.#scene = { ...this.#scene, ...change };
    this.#draw();
  }

  #draw(): void {
    this.#screen.draw(screenLines(this.#scene, this.#screen.size, this.#paint));
  }
}
