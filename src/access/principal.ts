// A client that was let in, and what it may do: its own list first, then the web server, then the files.
import type { Clock } from "../base/clock.ts";
import type { QoS } from "../mqtt/packets.ts";
import { type Decision, isReserved, type Peer, type Principal } from "./access.ts";
import type { Asking } from "./acl_who.ts";
import type { Grant } from "./answer.ts";
import type { HttpAuthenticator } from "./auth_http.ts";
import type { MosquittoAcl } from "./mosquitto_acl.ts";
import { Remembered } from "../base/remembered.ts";
import type { RmqttAcl } from "./rmqtt_acl.ts";
import { decide, type Request, type TopicRule } from "./topic_rule.ts";

/** Topics of one client whose answer by the web server is remembered. */
const MOST_TOPICS = 1_000;

/** Where permissions come from besides a client's own list; each may be absent. */
export interface Permissions {
  readonly http: HttpAuthenticator | undefined;
  readonly mosquitto: MosquittoAcl | undefined;
  readonly rmqtt: RmqttAcl | undefined;
}

export interface PrincipalParts {
  readonly asking: Asking;
  readonly grant: Grant;
  /** What holds now: a reload replaces it. */
  readonly permissions: () => Permissions;
  /** Whether the doors would still be open to it. */
  readonly isWelcome: () => boolean;
  readonly clock: Clock;
}

/** The rules of the files as they stand for one client. */
interface Expanded {
  readonly of: Permissions;
  /** All of these must allow. */
  readonly files: readonly (readonly TopicRule[])[];
  readonly superuser: boolean;
}

interface Kept {
  readonly allowed: boolean | undefined;
  readonly until: number;
}

export class ClientPrincipal implements Principal {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly address: string;
  readonly protocolVersion: number;
  readonly listener: string;
  readonly expiresAt: number;
  readonly #parts: PrincipalParts;
  #expanded: Expanded;
  /** What the web server said of topics. */
  #kept = new Remembered<Kept>(MOST_TOPICS);

  constructor(parts: PrincipalParts) {
    const { clientId, username, address, protocolVersion, listener } = parts.asking;
    this.clientId = clientId;
    this.username = username;
    this.address = address;
    this.protocolVersion = protocolVersion;
    this.listener = listener;
    this.expiresAt = parts.grant.expiresAt ?? Infinity;
    this.#parts = parts;
    this.#expanded = expandedFor(parts);
  }

  get closeIfDenied(): boolean {
    const { grant, permissions } = this.#parts;
    const { rmqtt, http } = permissions();
    const byHttp = http?.options.aclRequest !== undefined && http.options.closeIfDenied;
    return grant.closeIfDenied || byHttp || (rmqtt?.closeIfDenied ?? false);
  }

  mayPublish(topic: string, qos: QoS, retain: boolean): Decision {
    return !isReserved(topic) && this.#decide({ action: "publish", topic, qos, retain });
  }

  maySubscribe(filter: string, qos: QoS): Decision {
    return this.#decide({ action: "subscribe", topic: filter, qos, retain: false });
  }

  mayStay(): boolean {
    return (this.#parts.grant.holds?.() ?? true) && this.#parts.isWelcome();
  }

  #decide(request: Request): Decision {
    const permissions = this.#parts.permissions();
    if (this.#expanded.of !== permissions) {
      this.#expanded = expandedFor(this.#parts);
      this.#kept = new Remembered(MOST_TOPICS);
    }
    const { rules = [], superuser } = this.#parts.grant;
    if (superuser || this.#expanded.superuser) return true;
    const own = decide(rules, request);
    if (own !== undefined) return own;
    const { http } = permissions;
    return http === undefined ? this.#byFiles(request) : this.#askServer(http, request);
  }

  #askServer(http: HttpAuthenticator, request: Request): Decision {
    const { aclRequest } = http.options;
    if (aclRequest === undefined) return this.#byFiles(request);
    const { clock, asking } = this.#parts;
    const kept = request.action === "publish" ? this.#kept.get(request.topic) : undefined;
    if (kept !== undefined && kept.until > clock.monotonic()) return kept.allowed ?? this.#byFiles(request);
    return http.permission(aclRequest, peerOf(asking), request).then(({ allowed, cache }) => {
      if (request.action === "publish" && cache !== 0) {
        const until = cache < 0 ? Infinity : clock.monotonic() + cache;
        this.#kept.set(request.topic, { allowed, until });
      }
      return allowed ?? this.#byFiles(request);
    });
  }

  /** Both files must allow; where nobody has anything to say of clients, all is allowed. */
  #byFiles(request: Request): boolean {
    const { files, of } = this.#expanded;
    if (files.length > 0) return files.every((rules) => decide(rules, request) ?? false);
    return this.#parts.grant.rules === undefined && of.http?.options.aclRequest === undefined;
  }
}

function expandedFor({ asking, permissions }: PrincipalParts): Expanded {
  const of = permissions();
  const { mosquitto, rmqtt } = of;
  return {
    of,
    files: [mosquitto?.rulesFor(asking), rmqtt?.rulesFor(asking)].filter((rules) => rules !== undefined),
    superuser: rmqtt?.connect(asking).superuser ?? false,
  };
}

/** The client as others may see it. */
export function peerOf({ clientId, username, address, protocolVersion, listener }: Peer): Peer {
  return { clientId, username, address, protocolVersion, listener };
}
