// Who you are and what you may do: asked once at CONNECT, and answered from then on by the Principal it gave.
import { Reason, type ReasonCode } from "../mqtt/reason_codes.ts";

/** Who is asking: what a client says of itself in its CONNECT, and what is known of its connection. */
export interface Peer {
  readonly clientId: string;
  readonly username: string | undefined;
  /** Address and port. */
  readonly address: string;
  /** 3 (3.1), 4 (3.1.1) or 5. */
  readonly protocolVersion: number;
  /** The listener's name. */
  readonly listener: string;
}

export interface Credentials extends Peer {
  readonly password: Uint8Array | undefined;
  /** `allow_anonymous` of the listener. */
  readonly allowAnonymous: boolean;
}

/** An answer that is known, or one that must be waited for: the client's further packets wait with it. */
export type Decision = boolean | Promise<boolean>;

/** A client that was let in: answers from what it holds, or asks for a decision that must be waited for. */
export interface Principal extends Peer {
  mayPublish(topic: string): Decision;
  /** `filter` without `$share/<ShareName>/`. */
  maySubscribe(filter: string): Decision;
}

/** A client that was not. */
export interface Refusal {
  readonly refusal: ReasonCode;
}

export interface Access {
  /** The value itself where nothing needs to wait. One that rejects lets nobody in. */
  connect(credentials: Credentials): Principal | Refusal | Promise<Principal | Refusal>;
}

/**
 * Nobody is authenticated: a client may connect where anonymous ones may, and may then do anything but
 * publish into `$SYS/`, which is the broker's own and makes no message events.
 */
export function createAccess(): Access {
  const mayPublish = (topic: string): boolean => !topic.startsWith("$SYS/");
  const maySubscribe = (): boolean => true;
  return {
    connect({ password: _, allowAnonymous, ...peer }): Principal | Refusal {
      if (allowAnonymous) return { ...peer, mayPublish, maySubscribe };
      return { refusal: peer.username === undefined ? Reason.NotAuthorized : Reason.BadUserNameOrPassword };
    },
  };
}
