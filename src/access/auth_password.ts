// Who a client is by its password: hashed off the event loop, a few at once, and remembered where right.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Reason } from "../mqtt/reason_codes.ts";
import type { Credentials } from "./access.ts";
import type { Answer, Authenticator, Grant } from "./answer.ts";
import { BoundedWork } from "./bounded_work.ts";
import type { PasswordEntry, PasswordFile } from "./password_file.ts";
import { Remembered } from "../base/remembered.ts";

/** Users whose right password is remembered; past them the one that was longest away is forgotten. */
const MOST_VERIFIED = 10_000;
/** Clients that wait for their hash; one more is told that the server is busy. */
const MOST_WAITING = 2_000;
const NO_PASSWORD = new Uint8Array(0);

interface Verified {
  readonly entry: PasswordEntry;
  readonly digest: Uint8Array;
}

export class PasswordAuthenticator implements Authenticator {
  /** Replaced by a reload; `undefined`: no file, and nobody is known. */
  file: PasswordFile | undefined;
  readonly #key = randomBytes(32);
  readonly #work: BoundedWork;
  /** By user. */
  readonly #verified = new Remembered<Verified>(MOST_VERIFIED);

  /** @param atOnce hashes at once; default: one for each core */
  constructor(file: PasswordFile | undefined, atOnce: number = navigator.hardwareConcurrency) {
    this.file = file;
    this.#work = new BoundedWork(Math.max(1, atOnce), MOST_WAITING);
  }

  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const { username, password = NO_PASSWORD } = credentials;
    if (this.file === undefined || username === undefined) return "ignore";
    const entry = this.file.users.get(username);
    if (entry !== undefined && this.#isVerified(username, entry, password)) {
      return this.#grant(username, entry);
    }
    return this.#verify(username, entry, password);
  }

  /** Whether the answer is known to be yes, without a hash. */
  knows({ username, password = NO_PASSWORD }: Credentials): boolean {
    if (username === undefined) return false;
    const entry = this.file?.users.get(username);
    return entry !== undefined && this.#isVerified(username, entry, password);
  }

  /** A user that is not there costs the time of one that is. */
  async #verify(user: string, entry: PasswordEntry | undefined, password: Uint8Array): Promise<Answer> {
    const hash = entry?.hash ?? this.file?.decoy;
    const right = hash !== undefined && await this.#work.run(() => hash.verify(password));
    if (entry === undefined) return "ignore";
    if (!right) return { refusal: Reason.BadUserNameOrPassword };
    this.#verified.set(user, { entry, digest: this.#digest(password) });
    return this.#grant(user, entry);
  }

  #grant(user: string, entry: PasswordEntry): Grant {
    const holds = (): boolean => this.file?.users.get(user)?.text === entry.text;
    return { superuser: false, closeIfDenied: false, holds };
  }

  #isVerified(user: string, entry: PasswordEntry, password: Uint8Array): boolean {
    const verified = this.#verified.get(user);
    if (verified === undefined || verified.entry.text !== entry.text) return false;
    if (!timingSafeEqual(verified.digest, this.#digest(password))) return false;
    this.#verified.set(user, verified);
    return true;
  }

  #digest(password: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(password).digest();
  }
}
