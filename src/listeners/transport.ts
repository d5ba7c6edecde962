// A byte stream to one peer, whatever carries it. Listeners make them; the broker reads and writes them.

export interface Transport {
  /** Address and port of the peer as the lines show it: `10.0.0.7:49152`, `[fe80::1]:49152`. */
  readonly peer: string;
  /** Bytes read into the start of `into`; `null` at the end of the stream. Rejects when the connection broke. */
  read(into: Uint8Array): Promise<number | null>;
  /** Bytes taken, at least one. Rejects when the connection broke. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the peer that nothing more comes, after what was written. Never throws. */
  closeWrite(): void;
  /** Ends both directions; a pending read or write rejects or ends. Never throws; harmless when repeated. */
  close(): void;
}
