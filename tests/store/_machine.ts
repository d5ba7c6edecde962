// A machine whose broker is stopped, killed and started again on the same file: worlds one after the other.
import { openStore } from "../../src/store/open_store.ts";
import { Store } from "../../src/store/store.ts";
import type { BrokerOptions, ListenerOptions } from "../../src/broker/options.ts";
import { settled, TIME_OF_DAY, World } from "../broker/_world.ts";

/** One that is not closed. */
export function opened(store: ReturnType<typeof openStore>): Store {
  if (store instanceof Store) return store;
  throw new Error(store.trouble);
}

export class Machine implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "hookline-store-" });
  #kills = 0;
  #lines: readonly string[] = [];
  /** The time of day of the next start. */
  timeOfDay = TIME_OF_DAY;
  maxBytes = 0;

  get path(): string {
    return `${this.folder}/${this.#kills}.db`;
  }

  start(options: Partial<ListenerOptions> = {}, brokerOptions: Partial<BrokerOptions> = {}): World {
    return new World(options, brokerOptions, undefined, {
      timeOfDay: this.timeOfDay,
      before: this.#lines,
      killed: this.#kills > 0,
      open: (clock, log) =>
        opened(openStore(this.path, { fsync: "never", maxBytes: this.maxBytes }, clock, log)),
    });
  }

  /** What a SIGKILL leaves: the files as they are. The world goes on, on files that nobody looks at any more. */
  async kill(world: World): Promise<void> {
    await settled();
    const before = this.path;
    this.#kills++;
    for (const part of ["", "-wal"]) Deno.copyFileSync(before + part, this.path + part);
    this.#leave(world);
  }

  /** The world's end as SIGTERM brings it. */
  async stop(world: World): Promise<void> {
    await world.stop();
    this.#leave(world);
  }

  #leave(world: World): void {
    this.timeOfDay = world.clock.now();
    this.#lines = [...this.#lines, ...world.sink.lines];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}
