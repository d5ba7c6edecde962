// Tells systemd how the service is doing (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names.
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/error_text.ts";
import type { Log } from "../base/log.ts";

export interface NotifyOptions {
  readonly env: (name: string) => string | undefined;
  readonly pid: number;
  readonly log: Log;
  readonly clock: Pick<Clock, "setTimer">;
  /**
   * Has `alive` called at the end of a turn. What answers the watchdog is thus the way that every packet
   * takes, and not just a timer.
   */
  readonly throughTurn: (alive: () => void) => void;
}

export interface Notifier extends AsyncDisposable {
  /** The broker listens; begins to answer the watchdog, where the unit has one. */
  ready(status: string): void;
  /** The configuration is being read again; `ready` ends it. */
  reloading(): void;
  stopping(): void;
}

/** Datagrams that wait to be sent; while systemd does not read, more are not kept for it. */
const MAX_WAITING = 16;
/** What a systemd that does not read may hold up the end, milliseconds. */
const CLOSE_TIMEOUT = 1_000;

/** Without NOTIFY_SOCKET (not under systemd, or Type= is not notify) a notifier that does nothing. */
export function openNotifier(options: NotifyOptions): Notifier {
  const path = options.env("NOTIFY_SOCKET");
  if (path === undefined || !/^[/@]/.test(path)) return SILENT;
  try {
    return new SocketNotifier(path, options);
  } catch (error) {
    options.log("warn", `systemd cannot be notified: ${errorText(error)}`, { socket: path });
    return SILENT;
  }
}

const SILENT: Notifier = {
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

class SocketNotifier implements Notifier {
  readonly #options: NotifyOptions;
  readonly #to: Deno.UnixAddr;
  readonly #socket: Deno.DatagramConn;
  /** The socket sends one datagram at a time. */
  #sending = Promise.resolve();
  #waiting = 0;
  #stopTimer: (() => void) | undefined;
  #failed = false;

  constructor(path: string, options: NotifyOptions) {
    this.#options = options;
    this.#to = { transport: "unixpacket", path: socketName(path) };
    // Deno's datagram sockets need a name: an abstract one, which leaves nothing on any disk.
    const name = `\0hookline-notify-${options.pid}-${crypto.randomUUID()}`;
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: name });
  }

  ready(status: string): void {
    this.#send(`READY=1\nSTATUS=${status}`);
    this.#stopTimer ??= this.#watch();
  }

  reloading(): void {
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${monotonicTime()}`);
  }

  stopping(): void {
    this.#send("STOPPING=1\nSTATUS=telling the clients");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopTimer?.();
    const timeout = Promise.withResolvers<void>();
    const stopTimer = this.#options.clock.setTimer(CLOSE_TIMEOUT, timeout.resolve);
    await Promise.race([this.#sending, timeout.promise]);
    stopTimer();
    this.#socket.close();
  }

  #send(message: string): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    this.#sending = this.#sending
      .then(() => this.#socket.send(new TextEncoder().encode(message), this.#to))
      .then(() => {}, (error) => this.#fail(error))
      .finally(() => this.#waiting--);
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.log("warn", `systemd does not hear the notifications: ${errorText(error)}`);
  }

  /** Answers the watchdog twice as often as it asks for; undefined where the unit has none. */
  #watch(): (() => void) | undefined {
    const { env, pid, clock, throughTurn } = this.#options;
    const limit = Number(env("WATCHDOG_USEC"));
    const forPid = env("WATCHDOG_PID");
    if (!(limit > 0) || (forPid !== undefined && forPid !== String(pid))) return undefined;
    let stop = (): void => {};
    const schedule = (): void => {
      stop = clock.setTimer(limit / 2_000, () => {
        throughTurn(() => this.#send("WATCHDOG=1"));
        schedule();
      });
    };
    schedule();
    return () => stop();
  }
}

/** `@name` stands for the abstract socket `\0name`. */
function socketName(path: string): string {
  return path.startsWith("@") ? `\0${path.slice(1)}` : path;
}

/**
 * CLOCK_MONOTONIC in microseconds, which Deno does not show. The uptime counts time asleep too, but a
 * broker's machine does not sleep; it comes in seconds, rounded up, and so is never before the signal that
 * asked for the reload.
 */
function monotonicTime(): number {
  return Deno.osUptime() * 1_000_000;
}
