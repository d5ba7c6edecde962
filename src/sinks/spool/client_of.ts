// The Client Identifier an event is about, from its line.

/**
 * `clientid`, or `from_clientid` of an event without one (message_publish); `""` where there is neither.
 * `undefined` when the line is not a JSON object.
 */
export function clientOf(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null || Array.isArray(event)) return undefined;
    if ("clientid" in event && typeof event.clientid === "string") return event.clientid;
    if ("from_clientid" in event && typeof event.from_clientid === "string") return event.from_clientid;
    return "";
  } catch {
    // Not JSON: that is the answer.
    return undefined;
  }
}
