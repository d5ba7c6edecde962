// All listeners of the running program: opened together, and brought to another configuration while it runs.
import { type Clock, systemClock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";
import type { Prepared, Reloadable } from "../base/prepared.ts";
import { CertificateError } from "./certificates.ts";
import { KINDS, tlsOf } from "./kinds.ts";
import type { Listen, Listener } from "./listener.ts";
import { isSocketFile, type ListenerConfig, placeText } from "./options.ts";
import type { Transport } from "./transport.ts";

/** A listener cannot be had; `message` is a whole sentence. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Takes the connections of one listener, for as long as that is open. */
export interface Receiver<Config> {
  accept(transport: Transport): void;
  /** Connections that come from here on get these options. */
  reconfigure(config: Config): void;
}

export class OpenListener<Config extends ListenerConfig, Its extends Receiver<Config> = Receiver<Config>> {
  private constructor(
    private readonly current: { config: Config },
    readonly receiver: Its,
    readonly listener: Listener,
  ) {}

  /** Rejects with ListenError. */
  static async open<Config extends ListenerConfig, Its extends Receiver<Config>>(
    config: Config,
    receiver: Its,
    log: Log,
    clock: Clock,
  ): Promise<OpenListener<Config, Its>> {
    const current = { config };
    const listener = await listen(
      () => current.config,
      (transport) => receiver.accept(transport),
      (error) => {
        const fields = { listener: current.config.name, error: errorText(error) };
        log("error", "a connection could not be accepted", fields);
      },
      clock,
    );
    return new OpenListener(current, receiver, listener);
  }

  /** Replaced by a reload. */
  get config(): Config {
    return this.current.config;
  }

  /** The same, for connections that come from here on. */
  reconfigured(config: Config): this {
    this.current.config = config;
    this.receiver.reconfigure(config);
    return this;
  }
}

export class Listeners<Config extends ListenerConfig, Its extends Receiver<Config> = Receiver<Config>>
  implements Reloadable<readonly Config[]> {
  readonly #receiverOf: (config: Config) => Its;
  readonly #log: Log;
  readonly #clock: Clock;
  #open: readonly OpenListener<Config, Its>[] = [];

  /**
   * Opens none yet.
   * @param receiverOf called once for each listener that is opened
   */
  constructor(receiverOf: (config: Config) => Its, log: Log, clock: Clock) {
    this.#receiverOf = receiverOf;
    this.#log = log;
    this.#clock = clock;
  }

  get all(): readonly OpenListener<Config, Its>[] {
    return this.#open;
  }

  /** Opens all, or none and rejects with ListenError. */
  async open(configs: readonly Config[]): Promise<void> {
    (await this.prepare(configs)).commit();
  }

  /**
   * Opens what is new; `commit` closes what goes and reconfigures what stays. A listener stays open as long
   * as its
   * kind and address do, and its connections stay in any case. Rejects with ListenError.
   */
  async prepare(configs: readonly Config[]): Promise<Prepared> {
    const before = new Map(this.#open.map((entry) => [keyOf(entry.config), entry]));
    const after = new Set(configs.map(keyOf));
    const gone = this.#open.filter(({ config }) => !after.has(keyOf(config)));
    const fresh = configs.filter((config) => !before.has(keyOf(config)));
    const renewed = configs.flatMap((config) => prepareCertificates(before.get(keyOf(config)), config));
    const { opened, closedFirst } = await this.#openBeside(fresh, gone);
    return {
      afterRestart: [],
      commit: () => {
        for (const part of renewed) part.commit();
        for (const entry of opened) before.set(keyOf(entry.config), entry);
        this.#open = configs.flatMap((config) => before.get(keyOf(config))?.reconfigured(config) ?? []);
        for (const { config: { kind, name }, listener, receiver } of gone) {
          void listener.close();
          // The clients that stay are treated as those who come by the one of the same name.
          const heir = configs.find((config) => config.kind === kind && config.name === name);
          if (heir !== undefined) receiver.reconfigure(heir);
        }
        for (const { config: { name }, listener: { address, port } } of opened) {
          this.#log("info", `listening on ${address}`, { listener: name, port });
        }
        for (const { config: { name }, listener: { address } } of gone) {
          this.#log("info", `no longer listening on ${address}; its clients stay`, { listener: name });
        }
      },
      abandon: async () => {
        await closeAll(opened);
        if (closedFirst) await this.#openAgain(gone);
      },
    };
  }

  /** Accepts no more. */
  close(): void {
    void closeAll(this.#open);
  }

  /**
   * Opens new listeners while those that go are still open; where their addresses overlap (127.0.0.1:1883
   * becomes
   * 0.0.0.0:1883), after them, and when that fails those that were to go are opened again.
   */
  async #openBeside(
    configs: readonly Config[],
    gone: readonly OpenListener<Config, Its>[],
  ): Promise<{ opened: readonly OpenListener<Config, Its>[]; closedFirst: boolean }> {
    try {
      return { opened: await this.#openAll(configs), closedFirst: false };
    } catch (error) {
      const overlaps = error instanceof ListenError && error.cause instanceof Deno.errors.AddrInUse;
      if (!overlaps || gone.length === 0) throw error;
    }
    await closeAll(gone);
    try {
      return { opened: await this.#openAll(configs), closedFirst: true };
    } catch (error) {
      await this.#openAgain(gone);
      throw error;
    }
  }

  /** All but those whose address somebody took in the meantime. */
  async #openAgain(closed: readonly OpenListener<Config, Its>[]): Promise<void> {
    const open = await Promise.all(this.#open.map(async (entry) => {
      if (!closed.includes(entry)) return [entry];
      try {
        return [await OpenListener.open(entry.config, entry.receiver, this.#log, this.#clock)];
      } catch (error) {
        this.#log("error", errorText(error), { listener: entry.config.name });
        return [];
      }
    }));
    this.#open = open.flat();
  }

  async #openAll(configs: readonly Config[]): Promise<readonly OpenListener<Config, Its>[]> {
    const open: OpenListener<Config, Its>[] = [];
    try {
      for (const config of configs) {
        open.push(await OpenListener.open(config, this.#receiverOf(config), this.#log, this.#clock));
      }
      return open;
    } catch (error) {
      await closeAll(open);
      throw error;
    }
  }
}

/**
 * Listens at every address for a moment, at all of them at once, as `open` would; serves nobody. One entry
 * for each
 * listener: why it cannot be had, as a whole sentence, or undefined.
 */
export async function probeListeners(configs: readonly ListenerConfig[]): Promise<(string | undefined)[]> {
  const open: { listener: Listener }[] = [];
  const problems: (string | undefined)[] = [];
  for (const config of configs) {
    try {
      // Whoever comes in this moment is sent away; what cannot be accepted is the business of nobody here.
      open.push({
        listener: await listen(() => config, (transport) => transport.close(), () => {}, systemClock),
      });
      problems.push(undefined);
    } catch (error) {
      problems.push(errorText(error));
    }
  }
  await closeAll(open);
  return problems;
}

/** Rejects with ListenError. */
async function listen(config: () => ListenerConfig, ...rest: Tail<Parameters<Listen>>): Promise<Listener> {
  try {
    return await KINDS[config().kind](config, ...rest);
  } catch (error) {
    throw new ListenError(sentence(config(), error), { cause: error });
  }
}

type Tail<All extends readonly unknown[]> = All extends [unknown, ...infer Rest] ? Rest : never;

async function closeAll(entries: readonly { listener: Listener }[]): Promise<void> {
  await Promise.all(entries.map(({ listener }) => listener.close()));
}

/** Reads again what an open listener shows its peers. Throws ListenError. */
function prepareCertificates(
  entry: OpenListener<ListenerConfig> | undefined,
  config: ListenerConfig,
): Prepared[] {
  const certificates = entry?.listener.certificates;
  if (certificates === undefined) return [];
  try {
    return [certificates.prepare(tlsOf(config))];
  } catch (error) {
    throw new ListenError(sentence(config, error), { cause: error });
  }
}

/**
 * Listeners with the same key are one. A port that the system chooses says nothing, so the name counts too.
 */
function keyOf({ kind, name, place }: ListenerConfig): string {
  if (isSocketFile(place)) return `${kind} ${place.mode} ${place.path}`;
  return `${kind} ${place.port === 0 ? name : ""} ${placeText(place)}`;
}

function sentence({ name, place }: ListenerConfig, error: unknown): string {
  const text = `cannot listen on ${placeText(place)}: ${whyNot(error, isSocketFile(place))}`;
  return error instanceof CertificateError ? `${text} (listener ${name})` : text;
}

function whyNot(error: unknown, isFile: boolean): string {
  if (isFile && error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (isFile && error instanceof Deno.errors.PermissionDenied) return "the folder may not be written";
  if (error instanceof Deno.errors.AddrInUse) {
    return "the address is in use by another program, such as a Hookline that runs already";
  }
  if (error instanceof CertificateError) return error.message;
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "ports below 1024 need a privilege this process does not have";
  }
  const text = errorText(error);
  // The lookup of a name that is none has no class of its own.
  return /failed to lookup address/.test(text) ? "no address is known for this host name" : text;
}
