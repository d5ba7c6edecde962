// What went through the listeners of one name since the start: it only grows, also when the listener goes.

export class Traffic {
  /** Network Connections that were taken. */
  connections = 0;
  /** Clients accepted. */
  clients = 0;
  packetsReceived = 0;
  packetsSent = 0;
  bytesReceived = 0;
  bytesSent = 0;

  /** What is about to be written. */
  sent({ packets, length }: { readonly packets: number; readonly length: number }): void {
    this.packetsSent += packets;
    this.bytesSent += length;
  }
}

/** The traffic of every listener that there was. */
export class TrafficOfListeners {
  readonly #byName = new Map<string, Traffic>();

  /** One object for each name, for ever: names come from the configuration, so they stay few. */
  of(name: string): Traffic {
    let traffic = this.#byName.get(name);
    if (traffic === undefined) this.#byName.set(name, traffic = new Traffic());
    return traffic;
  }

  /** All of them together. */
  sum(): Traffic {
    const sum = new Traffic();
    for (const each of this.#byName.values()) {
      sum.connections += each.connections;
      sum.clients += each.clients;
      sum.packetsReceived += each.packetsReceived;
      sum.packetsSent += each.packetsSent;
      sum.bytesReceived += each.bytesReceived;
      sum.bytesSent += each.bytesSent;
    }
    return sum;
  }
}
