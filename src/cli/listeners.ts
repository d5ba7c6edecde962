// All listeners of the running program: opened together, and brought to another configuration while it runs.
import type { Broker } from "../broker/broker.ts";
import { ListenerState } from "../broker/listener_state.ts";
import type { TcpListener } from "../config/config.ts";
import { type Listener, listenTcp } from "../listeners/tcp.ts";
import type { Log } from "./logger.ts";

/** A listener cannot be had; `message` is a whole sentence. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** What a reload changed. */
export interface ListenerChanges {
  readonly opened: readonly OpenListener[];
  readonly closed: readonly OpenListener[];
}

export interface OpenListener {
  /** Replaced by a reload: connections that come then get its options. */
  config: TcpListener;
  readonly state: ListenerState;
  readonly listener: Listener;
}

export class Listeners {
  readonly #broker: Broker;
  readonly #log: Log;
  #open: readonly OpenListener[] = [];

  /** Opens none yet. */
  constructor(broker: Broker, log: Log) {
    this.#broker = broker;
    this.#log = log;
  }

  get all(): readonly OpenListener[] {
    return this.#open;
  }

  /** Opens all, or none and throws ListenError. */
  async open(configs: readonly TcpListener[]): Promise<void> {
    this.#open = await this.#openAll(configs);
  }

  /**
   * Opens, closes and reconfigures what differs; connections stay, whatever becomes of the listener they came by.
   * A listener stays open as long as its address does. Throws ListenError; the listeners are then as they were.
   */
  async reload(configs: readonly TcpListener[]): Promise<ListenerChanges> {
    const before = new Map(this.#open.map((entry) => [keyOf(entry.config), entry]));
    const after = new Set(configs.map(keyOf));
    const gone = this.#open.filter(({ config }) => !after.has(keyOf(config)));
    const opened = await this.#openBeside(configs.filter((config) => !before.has(keyOf(config))), gone);
    const fresh = new Map(opened.map((entry) => [keyOf(entry.config), entry]));
    this.#open = configs.flatMap((config) => {
      const key = keyOf(config);
      const entry = before.get(key) ?? fresh.get(key);
      if (entry === undefined) return [];
      if (before.has(key)) this.#reconfigure(entry, config);
      return [entry];
    });
    for (const { listener } of gone) void listener.close();
    return { opened, closed: gone };
  }

  /** Accepts no more. */
  close(): void {
    for (const { listener } of this.#open) void listener.close();
  }

  #reconfigure(entry: OpenListener, config: TcpListener): void {
    entry.state.options = config.options;
    entry.config = config;
  }

  /**
   * Opens new listeners while those that go are still open; where their addresses overlap (127.0.0.1:1883 becomes
   * 0.0.0.0:1883), after them, and when that fails those that were to go are opened again.
   */
  async #openBeside(
    configs: readonly TcpListener[],
    gone: readonly OpenListener[],
  ): Promise<readonly OpenListener[]> {
    try {
      return await this.#openAll(configs);
    } catch (error) {
      const overlaps = error instanceof ListenError && error.cause instanceof Deno.errors.AddrInUse;
      if (!overlaps || gone.length === 0) throw error;
    }
    await Promise.all(gone.map(({ listener }) => listener.close()));
    try {
      return await this.#openAll(configs);
    } catch (error) {
      this.#open = this.#open.flatMap((entry) => gone.includes(entry) ? this.#openAgain(entry) : [entry]);
      throw error;
    }
  }

  /** None where somebody took the address in the meantime. */
  #openAgain({ config }: OpenListener): OpenListener[] {
    try {
      return [this.#openOne(config)];
    } catch (error) {
      this.#log("error", text(error), { listener: config.name });
      return [];
    }
  }

  async #openAll(configs: readonly TcpListener[]): Promise<readonly OpenListener[]> {
    const open: OpenListener[] = [];
    try {
      for (const config of configs) open.push(this.#openOne(config));
      return open;
    } catch (error) {
      await Promise.all(open.map(({ listener }) => listener.close()));
      throw error;
    }
  }

  #openOne(config: TcpListener): OpenListener {
    const state = new ListenerState(config.name, config.options);
    const current = (): TcpListener => entry.config;
    const options = {
      hostname: config.hostname,
      port: config.port,
      get nodelay(): boolean {
        return current().nodelay;
      },
    };
    const accepted = (transport: Parameters<Broker["accept"]>[0]): void =>
      this.#broker.accept(transport, state);
    const failed = (error: unknown): void =>
      this.#log("error", "a connection could not be accepted", {
        listener: entry.config.name,
        error: text(error),
      });
    let listener: Listener;
    try {
      listener = listenTcp(options, accepted, failed);
    } catch (error) {
      throw new ListenError(sentence(config, error), { cause: error });
    }
    const entry: OpenListener = { config, state, listener };
    return entry;
  }
}

/** Listeners with the same key are one. A port that the system chooses says nothing, so the name counts too. */
function keyOf({ name, hostname, port }: TcpListener): string {
  return port === 0 ? `${name} ${hostname}:0` : `${hostname}:${port}`;
}

/**
 * Listens at every address for a moment, at all of them at once, as `open` would; accepts nobody. One entry for each
 * listener: why it cannot be had, as a whole sentence, or undefined.
 */
export function probeListeners(configs: readonly TcpListener[]): (string | undefined)[] {
  const open: Deno.TcpListener[] = [];
  const problems = configs.map((config) => {
    try {
      open.push(Deno.listen({ hostname: config.hostname, port: config.port }));
      return undefined;
    } catch (error) {
      return sentence(config, error);
    }
  });
  for (const listener of open) listener.close();
  return problems;
}

function sentence({ hostname, port }: TcpListener, error: unknown): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `cannot listen on ${host}:${port}: ${whyNot(error)}`;
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "the address is in use by another program, such as a Hookline that runs already";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "ports below 1024 need a privilege this process does not have";
  }
  // The lookup of a name that is none has no class of its own.
  if (/failed to lookup address/.test(text(error))) return "no address is known for this host name";
  return text(error);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
