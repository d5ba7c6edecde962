// Who may connect, publish and subscribe.
import { Reason, type ReasonCode } from "../mqtt/reason_codes.ts";

export interface Credentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  /** `allow_anonymous` of the listener the client came through. */
  readonly allowAnonymous: boolean;
}

export interface Access {
  /** `Success`, or the Reason Code of the refusal. */
  connect(credentials: Credentials): ReasonCode;
  publish(clientId: string, topic: string): boolean;
  /** `filter` without `$share/<ShareName>/`. */
  subscribe(clientId: string, filter: string): boolean;
}

/**
 * The access rules there are so far: nobody is authenticated, so a client may connect where anonymous ones may,
 * and may do anything but publish into `$SYS/`, which is the broker's own and makes no message events.
 */
export function createAccess(): Access {
  return {
    connect(credentials): ReasonCode {
      if (credentials.allowAnonymous) return Reason.Success;
      return credentials.username === undefined ? Reason.NotAuthorized : Reason.BadUserNameOrPassword;
    },
    publish(_clientId, topic): boolean {
      return !topic.startsWith("$SYS/");
    },
    subscribe(): boolean {
      return true;
    },
  };
}
