// The chain that a client goes through at its CONNECT: is it banned, who is it, and who vouches for it.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Prepared, Reloadable } from "../base/prepared.ts";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Access, Credentials, Principal, Refusal } from "./access.ts";
import type { Asking } from "./acl_who.ts";
import type { Answer, Authenticator, Grant } from "./answer.ts";
import { certificateAuthenticator } from "./auth_certificate.ts";
import { HttpAuthenticator } from "./auth_http.ts";
import { JwtAuthenticator } from "./auth_jwt.ts";
import { PasswordAuthenticator } from "./auth_password.ts";
import { TooBusy } from "./bounded_work.ts";
import { accessChanges } from "./changes.ts";
import { FailedLogins } from "./failed_logins.ts";
import { Flapping } from "./flapping.ts";
import type { AccessOptions, AuthenticatorName } from "./options.ts";
import { ClientPrincipal, peerOf, type Permissions } from "./principal.ts";
import { SealedPassword } from "./sealed_password.ts";

type Outcome = Principal | Refusal;

/** What one set of options comes to. */
interface Doors extends Permissions, Disposable {
  readonly options: AccessOptions;
  /** In their order; without them nobody but an ACL rule with a password knows who a client is. */
  readonly authenticators: ReadonlyMap<AuthenticatorName, Authenticator>;
}

const ANYBODY: Grant = { superuser: false, closeIfDenied: false };

export class Chain implements Access, Reloadable<AccessOptions>, Disposable {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #passwords: PasswordAuthenticator;
  readonly #failed: FailedLogins;
  #flapping: Flapping | undefined;
  #doors: Doors;
  /** One for all clients. */
  readonly #permissions = (): Permissions => this.#doors;

  constructor(options: AccessOptions, clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#passwords = new PasswordAuthenticator(options.passwordFile);
    this.#failed = new FailedLogins(clock);
    this.#flapping = options.flapping && new Flapping(options.flapping, clock, log);
    this.#doors = this.#open(options);
  }

  connect(credentials: Credentials): Outcome | Promise<Outcome> {
    const { username = "" } = credentials;
    // The log tells who is banned, and no token.
    const counted = this.isToken(username) ? { ...credentials, username: undefined } : credentials;
    if (this.#flapping?.isBanned(counted)) return { refusal: Reason.Banned };
    // Whoever has the right password waits for nobody's wrong ones.
    const waits = this.#failed.slows(credentials.address) && !this.#passwords.knows(credentials);
    const turn = waits ? this.#failed.turn(credentials.address) : undefined;
    if (turn === undefined) return this.#authenticate(credentials);
    return turn.then((comes) => comes ? this.#authenticate(credentials) : { refusal: Reason.ServerBusy });
  }

  isToken(username: string): boolean {
    const { jwt, order } = this.#doors.options;
    return jwt?.from === "username" && order.includes("jwt") && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(username);
  }

  prepare(options: AccessOptions): Prepared {
    const doors = this.#open(options);
    return {
      commit: () => {
        const before = this.#doors;
        this.#doors = doors;
        this.#passwords.file = options.passwordFile;
        this.#watch(options);
        before[Symbol.dispose]();
        for (const sentence of accessChanges(before.options, options)) this.#log("info", sentence);
      },
      abandon: () => doors[Symbol.dispose](),
      afterRestart: [],
    };
  }

  /** Ends what waits, and leaves no timer. */
  [Symbol.dispose](): void {
    this.#failed[Symbol.dispose]();
    this.#doors[Symbol.dispose]();
  }

  /** Bans stay across a reload. */
  #watch({ flapping }: AccessOptions): void {
    if (flapping === undefined) this.#flapping = undefined;
    else if (this.#flapping === undefined) this.#flapping = new Flapping(flapping, this.#clock, this.#log);
    else this.#flapping.options = flapping;
  }

  #open(options: AccessOptions): Doors {
    const http = options.http && new HttpAuthenticator(options.http, this.#clock, this.#log);
    const jwt = options.jwt && new JwtAuthenticator(options.jwt, this.#clock, this.#log);
    const byName: Readonly<Record<AuthenticatorName, Authenticator | undefined>> = {
      certificate: certificateAuthenticator,
      password_file: options.passwordFile && this.#passwords,
      http: http?.options.authRequest === undefined ? undefined : http,
      jwt,
    };
    return {
      options,
      authenticators: new Map(
        options.order.flatMap((name) => byName[name] === undefined ? [] : [[name, byName[name]]]),
      ),
      http,
      mosquitto: options.mosquittoAcl,
      rmqtt: options.rmqttAcl,
      [Symbol.dispose]: () => {
        http?.[Symbol.dispose]();
        jwt?.[Symbol.dispose]();
      },
    };
  }

  #authenticate(credentials: Credentials): Outcome | Promise<Outcome> {
    const asked = [...this.#doors.authenticators];
    const askFrom = (next: number): Outcome | Promise<Outcome> => {
      const [name, authenticator] = asked[next] ?? [];
      if (name === undefined || authenticator === undefined) return this.#outcome(credentials, "ignore");
      const { foundation } = authenticator;
      const vouches = (): boolean => {
        const now = this.#doors.authenticators.get(name);
        return now !== undefined && now.foundation === foundation;
      };
      const decided = (answer: Answer): Outcome | Promise<Outcome> =>
        answer === "ignore" ? askFrom(next + 1) : this.#outcome(credentials, answer, vouches);
      const answer = authenticator.authenticate(credentials);
      return answer instanceof Promise ? answer.then(decided) : decided(answer);
    };
    const outcome = askFrom(0);
    if (!(outcome instanceof Promise)) return outcome;
    return outcome.catch((error) => {
      if (error instanceof TooBusy) return { refusal: Reason.ServerBusy };
      throw error;
    });
  }

  /** @param vouches whether whoever gave the answer would still do so */
  #outcome(credentials: Credentials, answer: Answer, vouches: () => boolean = () => false): Outcome {
    const { password, allowAnonymous } = credentials;
    const sealed = password && this.#doors.rmqtt?.hasPasswords ? new SealedPassword(password) : undefined;
    const asking: Asking = { ...peerOf(credentials), sealed };
    const known = vouches();
    const refusal = answer !== "ignore" && "refusal" in answer
      ? answer.refusal
      : this.#refusal(asking, known, allowAnonymous);
    if (refusal !== undefined) {
      if (asking.username !== undefined || password !== undefined) this.#failed.add(asking.address);
      return { refusal };
    }
    const grant = !known || answer === "ignore" || "refusal" in answer ? ANYBODY : answer;
    return new ClientPrincipal({
      asking,
      grant,
      permissions: this.#permissions,
      isWelcome: () => vouches() === known && this.#refusal(asking, known, allowAnonymous) === undefined,
      clock: this.#clock,
    });
  }

  /** Why the client stays outside, whoever it is. @param known somebody vouches for it */
  #refusal(asking: Asking, known: boolean, allowAnonymous: () => boolean): Refusal["refusal"] | undefined {
    const { authenticators, rmqtt } = this.#doors;
    const acl = rmqtt?.connect(asking);
    if (known) return acl !== undefined && !acl.allow && acl.named ? Reason.NotAuthorized : undefined;
    if (acl?.badPassword) return Reason.BadUserNameOrPassword;
    if (acl !== undefined && !acl.allow) return Reason.NotAuthorized;
    if (acl?.authenticated) return undefined;
    const named = asking.username !== undefined;
    // A name that nobody knows is no anonymous client, where there is somebody who could know it.
    const unknown = named && authenticators.keys().some((name) => name !== "certificate");
    if (!unknown && allowAnonymous()) return undefined;
    return named ? Reason.BadUserNameOrPassword : Reason.NotAuthorized;
  }
}
