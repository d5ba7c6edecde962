// What one element of the chain says of a client that wants to connect.
import type { ReasonCode } from "../mqtt/reason_codes.ts";
import type { Credentials } from "./access.ts";
import type { TopicRule } from "./topic_rule.ts";

/** The client is who it says it is. */
export interface Grant {
  /** It may do everything. */
  readonly superuser: boolean;
  /** Its own `acl` list, asked before anything else; absent where there is none. */
  readonly rules?: readonly TopicRule[];
  /** When its connection ends, Unix milliseconds. Absent: never. */
  readonly expiresAt?: number;
  /** `disconnect_if_pub_rejected` of whoever gave it. */
  readonly closeIfDenied: boolean;
  /** Whether it would be given after a reload. Absent: it would. */
  readonly holds?: () => boolean;
}

/** `ignore`: the element knows nothing of it, and the next one is asked. A refusal ends the chain. */
export type Answer = Grant | { readonly refusal: ReasonCode } | "ignore";

export interface Authenticator {
  /** The value itself where nothing needs to wait. One that rejects lets nobody in. */
  authenticate(credentials: Credentials): Answer | Promise<Answer>;
  /**
   * What its answers stand on, as something to compare: where a reload changes it, those whom it let in
   * before must go. Absent: nothing that a reload could change.
   */
  readonly foundation?: string | undefined;
}
