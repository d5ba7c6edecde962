// Topic Names and Topic Filters: what is well-formed, what matches, and how a shared subscription is written.

const MAX_BYTES = 65_535;
const HASH = "#".charCodeAt(0);
const PLUS = "+".charCodeAt(0);
const encoder = new TextEncoder();

/** A Topic Filter, taken apart. */
export interface ParsedFilter {
  /** ShareName of `$share/<ShareName>/<filter>`, `undefined` for an ordinary subscription. */
  readonly group: string | undefined;
  /** The filter that topics are matched against. */
  readonly filter: string;
}

/**
 * Why `topic` cannot be the Topic Name of a PUBLISH, or `undefined`. [MQTT-4.7.1-1] [MQTT-4.7.3-1]
 * [MQTT-4.7.3-2]
 */
export function topicNameProblem(topic: string): string | undefined {
  return commonProblem(topic, "Topic Name") ??
    (topic.includes("#") || topic.includes("+") ? "a Topic Name must not contain a wildcard" : undefined);
}

/**
 * Why `filter` cannot be a Topic Filter, or `undefined`. A `$share/…` filter is judged by the part that
 * {@link parseFilter} leaves. [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.3-1]
 */
export function topicFilterProblem(filter: string): string | undefined {
  const problem = commonProblem(filter, "Topic Filter");
  if (problem !== undefined) return problem;
  if (!filter.includes("#") && !filter.includes("+")) return undefined;
  const levels = filter.split("/");
  for (const [i, level] of levels.entries()) {
    if (level.includes("#") && (level !== "#" || i !== levels.length - 1)) {
      return "# must stand alone in the last level of a Topic Filter";
    }
    if (level.includes("+") && level !== "+") return "+ must stand alone in its level of a Topic Filter";
  }
  return undefined;
}

/**
 * Splits `$share/<ShareName>/<filter>`; any other filter comes back as it is.
 * Returns a sentence where a shared subscription is malformed. [MQTT-4.8.2-1] [MQTT-4.8.2-2]
 */
export function parseFilter(text: string): ParsedFilter | string {
  const whole = commonProblem(text, "Topic Filter");
  if (whole !== undefined) return whole;
  if (!text.startsWith("$share/")) return topicFilterProblem(text) ?? { group: undefined, filter: text };
  const slash = text.indexOf("/", 7);
  if (slash < 0) return "a shared subscription is written $share/<ShareName>/<Topic Filter>";
  const group = text.slice(7, slash);
  if (group === "" || group.includes("+") || group.includes("#")) {
    return "a ShareName must have at least one character and no wildcard";
  }
  const filter = text.slice(slash + 1);
  return topicFilterProblem(filter) ?? { group, filter };
}

/**
 * Whether a topic is selected by a well-formed filter: what rules use, and what the broker's trie agrees
 * with. Character by character, for rules ask for each event; agrees with {@link topicMatchesByLevels}.
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (isHidden(filter, topic)) return false;
  let f = 0;
  for (let t = 0;; f++, t++) {
    const wanted = filter.charCodeAt(f);
    if (wanted === HASH) return true;
    if (wanted === PLUS) {
      t = topic.indexOf("/", t);
      if (t < 0) t = topic.length;
      f++;
    }
    if (t === topic.length) return f === filter.length || filter.slice(f) === "/#"; // `a/#` matches `a` too
    if (filter.charCodeAt(f) !== topic.charCodeAt(t)) return false;
  }
}

/** The plain twin of {@link topicMatches}. */
export function topicMatchesByLevels(filter: string, topic: string): boolean {
  if (isHidden(filter, topic)) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (i >= levels.length || (level !== "+" && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** A leading wildcard does not reach topics that begin with $. [MQTT-4.7.2-1] */
function isHidden(filter: string, topic: string): boolean {
  return topic.startsWith("$") && (filter.startsWith("#") || filter.startsWith("+"));
}

/** How many levels a topic or filter has; `a//b` has three. */
export function levelCount(topic: string): number {
  let count = 1;
  for (let i = topic.indexOf("/"); i >= 0; i = topic.indexOf("/", i + 1)) count++;
  return count;
}

function commonProblem(text: string, what: string): string | undefined {
  if (text === "") return `a ${what} must have at least one character`;
  if (text.includes("\0")) return `a ${what} must not contain U+0000`;
  if (text.length * 3 > MAX_BYTES && encoder.encode(text).length > MAX_BYTES) {
    return `a ${what} must not be longer than ${MAX_BYTES} bytes`;
  }
  return undefined;
}
