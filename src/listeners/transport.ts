// A byte stream to one peer, whatever carries it. Listeners make them; the broker reads and writes them.

export interface Transport {
  /** The peer as the lines show it: `10.0.0.7:49152`, `[fe80::1]:49152`, `unix:/run/mqtt.sock`. */
  readonly peer: string;
  /** There once the first read has resolved, where the listener asks for one. */
  readonly certificate?: PeerCertificate | undefined;
  /**
   * Bytes read into the start of `into`, at least one; `null` at the end of the stream. The first read also
   * does what
   * comes before the first byte, such as a TLS handshake: nothing may be written until it has resolved.
   * Rejects with
   * TransportError where the peer breaks the rules of what carries the stream, and when the connection broke.
   */
  read(into: Uint8Array): Promise<number | null>;
  /** Bytes taken, at least one. Rejects when the connection broke. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the peer that nothing more comes, after what was written. Never throws. */
  closeWrite(): void;
  /** Ends both directions; a pending read or write rejects or ends. Never throws; harmless when repeated. */
  close(): void;
}

/** Names of a peer's certificate, which was verified. */
export interface PeerCertificate {
  readonly commonName: string | undefined;
  /** The whole subject: `C=AU, O=Acme, CN=gate-1`. */
  readonly subject: string;
  /** What takes the place of the user name that the peer gives, where the listener has it so. */
  readonly username: string | undefined;
}

/** The peer broke the rules of what carries the stream; `message` is a phrase that says how. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  /** @param reason a word that such failures are counted by: `TlsHandshakeFailed` */
  constructor(readonly reason: string, message: string) {
    super(message);
  }
}
