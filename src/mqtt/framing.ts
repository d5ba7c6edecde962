// Where one packet ends and the next begins: the fixed header (2.1.1), read in place.
import { malformed, type MqttError } from "./error.ts";

/** Remaining Length at its largest, and the bytes of the longest fixed header. [2.1.4] */
export const MAX_REMAINING_LENGTH = 268_435_455;
export const MAX_PACKET_SIZE = MAX_REMAINING_LENGTH + 5;

/** A packet's place in a buffer. Reused by its owner: one per connection, not one per packet. */
export class Frame {
  /** First byte of the fixed header: type and flags. */
  header = 0;
  /** Where the variable header starts. */
  bodyStart = 0;
  /** One past the packet's last byte. May lie beyond the bytes that have come. */
  end = 0;
  /**
   * Whether the Remaining Length is in its shortest form, which 5.0 asks for [MQTT-1.5.5-1] and 3.1.1 does
   * not.
   */
  shortest = true;
}

/**
 * Reads the fixed header at `start`. False where it has not come whole yet.
 * Throws a malformed MqttError for a Remaining Length of more than four bytes.
 */
export function readFrame(frame: Frame, bytes: Uint8Array, start: number, available: number): boolean {
  let position = start + 1;
  let length = 0;
  for (let shift = 0;; shift += 7) {
    if (shift === 28) throw malformed("the Remaining Length is longer than four bytes");
    if (position >= available) return false;
    const byte = bytes[position++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      frame.shortest = byte !== 0 || shift === 0;
      break;
    }
  }
  frame.header = bytes[start] ?? 0;
  frame.bodyStart = position;
  frame.end = position + length;
  return true;
}

/** A 5.0 packet whose Remaining Length is longer than it must be. [MQTT-1.5.5-1] */
export function notShortest(): MqttError {
  return malformed("the Remaining Length is not in its shortest form");
}
