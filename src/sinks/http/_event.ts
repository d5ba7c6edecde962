// An event on its way to the endpoint, and the parcel that carries it, or several, in one request.
import type { Segment } from "./_segments.ts";

/** One line of the backlog. */
export interface QueuedEvent {
  /** Without its newline. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Client Identifier it is about; `""` where it has none, or where nobody asked. */
  readonly client: string;
  /** Where it stands: the segment, absent in memory, and the byte offset in it. */
  readonly segment?: Segment;
  readonly offset: number;
  /** Lines of the segment before it. */
  readonly index: number;
  /** Nothing more is to be done for it: delivered, parked or lost. */
  settled: boolean;
  /** Its batch was refused: it is sent by itself from now on. */
  alone: boolean;
}

/** One request's worth, sent again as it is until it is delivered, split or parked. */
export interface Parcel {
  readonly events: readonly QueuedEvent[];
  /** Its body is newline-delimited JSON: batches were on when it was made. */
  readonly asLines: boolean;
  /** Idempotency-Key of every attempt. */
  readonly key: string;
  attempts: number;
  /** Milliseconds of its own attempts and of the waits after them, where the event may be to blame. */
  elapsed: number;
  /** Not to be sent before, on the sink's clock. */
  notBefore: number;
  /** Events that the endpoint had taken when the last attempt began. */
  deliveredBefore: number;
  /** The last attempt had an answer. */
  refused: boolean;
  /** The endpoint was to blame for the last failure. */
  endpointFailed: boolean;
  /** Unix milliseconds. */
  firstAttempt: number;
  lastAttempt: number;
}

const NEWLINE = 0x0a;

/** Joins events to a body: one as it is, several as lines that each end in a newline. */
export function bodyOf(events: readonly QueuedEvent[], asLines: boolean): Uint8Array<ArrayBuffer> {
  const [first] = events;
  if (first !== undefined && !asLines) return first.bytes;
  return neighbours(events) ?? joined(events);
}

/** The lines where they are, when they stand one behind the other in one block, as they mostly do. */
function neighbours(events: readonly QueuedEvent[]): Uint8Array<ArrayBuffer> | undefined {
  const start = events[0]?.bytes;
  if (start === undefined) return undefined;
  let end = start.byteOffset;
  for (const { bytes } of events) {
    if (bytes.buffer !== start.buffer || bytes.byteOffset !== end) return undefined;
    end += bytes.length + 1;
  }
  if (end > start.buffer.byteLength) return undefined;
  const lines = new Uint8Array(start.buffer, start.byteOffset, end - start.byteOffset);
  return lines.at(-1) === NEWLINE ? lines : undefined;
}

function joined(events: readonly QueuedEvent[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(events.reduce((sum, { bytes }) => sum + bytes.length + 1, 0));
  let at = 0;
  for (const { bytes } of events) {
    body.set(bytes, at);
    at += bytes.length;
    body[at++] = NEWLINE;
  }
  return body;
}
