// Topic Names made once: the bytes of a topic that was seen before lead straight to its checked text.
// A publisher repeats its topics, and decoding and checking one is a large part of what a message costs.
import { malformed } from "./error.ts";
import { jsonText } from "./json_text.ts";
import { decodeUtf8 } from "./reader.ts";
import { topicNameProblem } from "./topics.ts";

const encoder = new TextEncoder();

/** Memory for bytes that live long: small arrays of their own would cost far more than what is in them. */
type Room = (length: number) => Uint8Array;

function alone(length: number): Uint8Array {
  return new Uint8Array(length);
}

/**
 * A well-formed Topic Name with what is derived from it. `memo` is the router's: what it last resolved it to.
 */
export class TopicName {
  /** The name as it stands in a packet: two bytes of length, then UTF-8. */
  readonly wire: Uint8Array;
  #json: string | undefined = undefined;
  memo: object | undefined = undefined;

  /**
   * Throws a malformed MqttError for an empty name, a wildcard or U+0000. Not Topic Name invalid (0x90),
   * which is for well-formed names that are not accepted (3.14.2.1).
   * @param room where the bytes go: zeros of the length that is asked for
   */
  constructor(readonly text: string, room: Room = alone) {
    const problem = topicNameProblem(text);
    if (problem !== undefined) throw malformed(problem);
    const bytes = encoder.encode(text);
    this.wire = room(2 + bytes.length);
    this.wire[0] = bytes.length >> 8;
    this.wire[1] = bytes.length & 0xff;
    this.wire.set(bytes, 2);
  }

  /** The name as a JSON string, made by the first line that needs it. */
  get json(): string {
    return this.#json ??= jsonText(this.text);
  }
}

/**
 * A direct-mapped cache: one topic per slot, the newer takes the slot. Bounded by its number of slots; topics
 * longer than `maxLength` bytes are not kept, so a client cannot make it hold megabytes.
 */
export class TopicCache {
  readonly #slots: (TopicName | undefined)[];
  readonly #mask: number;
  readonly #maxLength: number;
  readonly #room: Room;

  /**
   * @param slots a power of two, default 16,384
   * @param room memory for the bytes of topics; default: an array for each
   */
  constructor(slots = 16_384, maxLength = 512, room: Room = alone) {
    this.#slots = new Array<TopicName | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
    this.#maxLength = maxLength;
    this.#room = room;
  }

  /** The topic whose UTF-8 is `bytes[start..end)`. Throws MqttError where that is no Topic Name. */
  at(bytes: Uint8Array, start: number, end: number): TopicName {
    if (end - start > this.#maxLength) return new TopicName(decodeUtf8(bytes.subarray(start, end)));
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const slot = (hash ^ hash >>> 15) & this.#mask;
    const known = this.#slots[slot];
    if (known !== undefined && sameBytes(known.wire, bytes, start, end)) return known;
    const made = new TopicName(decodeUtf8(bytes.subarray(start, end)), this.#room);
    this.#slots[slot] = made;
    return made;
  }

  /** The same for a topic that is text already (a Will, the broker's own messages); not cached. */
  of(text: string): TopicName {
    return new TopicName(text);
  }
}

function sameBytes(wire: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (wire.length !== end - start + 2) return false;
  for (let i = start, k = 2; i < end; i++, k++) if (wire[k] !== bytes[i]) return false;
  return true;
}
