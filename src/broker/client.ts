// An accepted client: what its CONNECT settled for the life of the connection.
import type { Principal } from "../access/access.ts";
import { LazyMap } from "../base/lazy.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { Will } from "../mqtt/packets.ts";
import type { TopicName } from "../mqtt/topic_cache.ts";
import type { Connection } from "./connection.ts";
import { type MessageRate, messageRate } from "./message_rate.ts";
import type { Publisher } from "./publisher_hold.ts";
import type { Session } from "./session.ts";

export type ClientConnection = Connection<Client>;

export class Client implements Publisher {
  /** Topic Aliases it set on this connection. [MQTT-3.3.2-7] */
  readonly aliases = new LazyMap<number, TopicName>();
  /** How fast it may publish; `undefined`: as fast as it can. */
  readonly rate: MessageRate | undefined;

  /**
   * @param connectExpiryInterval Session Expiry Interval of the CONNECT, seconds: 0 forbids another in
   * DISCONNECT
   * @param will deleted by its good-bye [MQTT-3.1.2-10]
   */
  constructor(
    readonly identity: ClientIdentity,
    readonly principal: Principal,
    readonly session: Session,
    readonly connection: ClientConnection,
    readonly connectExpiryInterval: number,
    public will: Will | undefined,
  ) {
    this.rate = messageRate(connection.options);
  }

  /** One that has something waiting itself must be read, or its acknowledgements would wait too. */
  get holdable(): boolean {
    const { waiting, inflight } = this.session.deliveries;
    return !waiting && inflight.size === 0 && this.connection.writable;
  }

  hold(): void {
    this.connection.hold();
  }

  release(): void {
    this.connection.release();
  }
}
