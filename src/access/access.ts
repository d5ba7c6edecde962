// Who you are and what you may do: asked once at CONNECT, and answered from then on by the Principal it gave.
import type { QoS } from "../mqtt/packets.ts";
import type { ReasonCode } from "../mqtt/reason_codes.ts";

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

/** Names of the client's certificate, which the listener has verified. */
export interface CertificateNames {
  readonly commonName: string | undefined;
  /** The whole subject, as `cert_subject_dn_as_username` writes it. */
  readonly subject: string;
}

export interface Credentials extends Peer {
  readonly password: Uint8Array | undefined;
  /** Absent where the connection has none. */
  readonly certificate?: CertificateNames | undefined;
  /** `allow_anonymous` of the listener, as it is when it is asked: a reload may change it. */
  readonly allowAnonymous: () => boolean;
}

/** An answer that is known, or one that must be waited for: the client's further packets wait with it. */
export type Decision = boolean | Promise<boolean>;

/** A client that was let in: answers from what it holds, or asks for a decision that must be waited for. */
export interface Principal extends Peer {
  mayPublish(topic: string, qos: QoS, retain: boolean): Decision;
  /** `filter` without `$share/<ShareName>/`. */
  maySubscribe(filter: string, qos: QoS): Decision;
  /** Whether it would still be let in after a reload. Absent: it would. */
  mayStay?(): boolean;
  /** A denied PUBLISH ends its connection, for 3.x has no other way to say no. Absent: it does not. */
  readonly closeIfDenied?: boolean;
  /** When its connection ends, Unix milliseconds. Absent: never. */
  readonly expiresAt?: number;
}

/** A client that was not. */
export interface Refusal {
  readonly refusal: ReasonCode;
}

export interface Access {
  /** The value itself where nothing needs to wait. One that rejects lets nobody in. */
  connect(credentials: Credentials): Principal | Refusal | Promise<Principal | Refusal>;
  /** Whether a username may be a token, which no line shows. Absent: none is. */
  isToken?(username: string): boolean;
}

/** Whether a topic is the broker's own, into which nobody publishes and which makes no message events. */
export function isReserved(topic: string): boolean {
  return topic.startsWith("$SYS/");
}
