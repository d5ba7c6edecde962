// `rmqtt-auth-http.toml`: a web server that is asked who a client is, and what it may do.
import { errorText } from "../base/error_text.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { OnceAMinute } from "../base/once_a_minute.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Credentials, Peer } from "./access.ts";
import { readAclList } from "./acl_list.ts";
import type { Answer, Authenticator, Grant } from "./answer.ts";
import { BoundedWork } from "./bounded_work.ts";
import { ask, type HttpAnswer, type HttpRequest, type Subject } from "./http_question.ts";
import type { Request } from "./topic_rule.ts";

/** Requests at once, and those that wait: what does not get its turn within `timeout` is an error. */
const MOST_REQUESTS = 64;
const MOST_WAITING = 10_000;

export interface AuthHttpOptions {
  /** `http_timeout`, milliseconds from the question to its answer. */
  readonly timeout: number;
  /** `deny_if_error`: without a clear answer the client is denied; else the next one is asked. */
  readonly denyIfError: boolean;
  /** `disconnect_if_pub_rejected`. */
  readonly closeIfDenied: boolean;
  /** `disconnect_if_expiry`. */
  readonly closeIfExpired: boolean;
  /** Absent: nobody is asked who a client is. */
  readonly authRequest?: HttpRequest;
  /** Absent: nobody is asked what it may do. */
  readonly aclRequest?: HttpRequest;
}

/** What the server said of one request; `cache` as in {@link HttpAnswer}. */
export interface HttpPermission {
  readonly allowed: boolean | undefined;
  readonly cache: number;
}

export class HttpAuthenticator implements Authenticator, Disposable {
  readonly options: AuthHttpOptions;
  readonly #clock: Clock;
  readonly #work = new BoundedWork(MOST_REQUESTS, MOST_WAITING);
  readonly #failures: OnceAMinute<string>;

  constructor(options: AuthHttpOptions, clock: Clock, log: Log) {
    this.options = options;
    this.#clock = clock;
    this.#failures = new OnceAMinute(
      clock,
      (count, error) =>
        log("error", "the web server that is asked about clients gives no answer", { count, error }),
    );
  }

  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const { authRequest } = this.options;
    return authRequest === undefined ? "ignore" : this.#authenticate(authRequest, credentials);
  }

  /** What the server says of a PUBLISH or SUBSCRIBE; `undefined` where it leaves that to others. */
  async permission(request: HttpRequest, peer: Peer, asked: Request): Promise<HttpPermission> {
    const access = asked.action === "subscribe" ? 1 : 2;
    try {
      const { result, cache } = await this.#ask(request, { peer, access, topic: asked.topic });
      return { allowed: result === "ignore" ? undefined : result === "allow", cache };
    } catch (error) {
      this.#failures.add(errorText(error));
      return { allowed: this.options.denyIfError ? false : undefined, cache: 0 };
    }
  }

  /** Tells what is untold, and leaves no timer. */
  [Symbol.dispose](): void {
    this.#failures[Symbol.dispose]();
  }

  async #authenticate(request: HttpRequest, { password, ...peer }: Credentials): Promise<Answer> {
    try {
      const answer = await this.#ask(request, { peer, password });
      if (answer.result === "ignore") return "ignore";
      if (answer.result === "deny") return { refusal: Reason.BadUserNameOrPassword };
      return this.#grant(answer, peer);
    } catch (error) {
      this.#failures.add(errorText(error));
      return this.options.denyIfError ? { refusal: Reason.BadUserNameOrPassword } : "ignore";
    }
  }

  #grant({ superuser, expireAt, acl }: HttpAnswer, peer: Peer): Answer {
    const { closeIfDenied, closeIfExpired } = this.options;
    const rules = acl === undefined ? undefined : readAclList(acl, peer);
    if (typeof rules === "string") throw new Error(`its answer cannot be used: ${rules}`);
    const expiresAt = expireAt === undefined ? undefined : expireAt * 1000;
    if (expiresAt !== undefined && expiresAt <= this.#clock.now()) {
      return { refusal: Reason.BadUserNameOrPassword };
    }
    const grant: Grant = { superuser, closeIfDenied };
    return {
      ...grant,
      ...rules !== undefined && { rules },
      ...closeIfExpired && expiresAt !== undefined && { expiresAt },
    };
  }

  /** In its turn, and within the time limit altogether. */
  async #ask(request: HttpRequest, subject: Subject): Promise<HttpAnswer> {
    const { timeout } = this.options;
    const control = new AbortController();
    const late = Promise.withResolvers<never>();
    const stopTimer = this.#clock.setTimer(timeout, () => {
      const error = new Error(`no answer within ${timeout / 1000} s`);
      control.abort(error);
      late.reject(error);
    });
    const answer = this.#work.run(() => {
      control.signal.throwIfAborted(); // its turn came too late
      return ask(request, subject, control.signal);
    });
    answer.catch(() => undefined); // whoever waits has its answer by then
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      stopTimer();
    }
  }
}
