// One rule on topics as it stands for one client, and what it says of a PUBLISH or a SUBSCRIBE.
import type { QoS } from "../mqtt/packets.ts";
import { topicMatches } from "../mqtt/topics.ts";

/** What a client wants to do. */
export interface Request {
  readonly action: "publish" | "subscribe";
  /** Topic Name, or Topic Filter without `$share/<ShareName>/`. */
  readonly topic: string;
  readonly qos: QoS;
  /** Of a PUBLISH. */
  readonly retain: boolean;
}

export interface TopicRule {
  readonly allow: boolean;
  readonly action: Request["action"] | "all";
  /** Topic Filter; `undefined`: every topic. */
  readonly filter: string | undefined;
  /** Wildcards in `filter` are meant as they stand: only a SUBSCRIBE to that very filter is. */
  readonly literal: boolean;
  /** Absent: any. */
  readonly qos?: readonly QoS[];
  /** Of a PUBLISH. Absent: either. */
  readonly retain?: boolean;
}

/** What the first rule that is about the request says; `undefined` where none is. */
export function decide(rules: readonly TopicRule[], request: Request): boolean | undefined {
  return rules.find((rule) => isAbout(rule, request))?.allow;
}

function isAbout(rule: TopicRule, { action, topic, qos, retain }: Request): boolean {
  if (rule.action !== "all" && rule.action !== action) return false;
  if (rule.qos !== undefined && !rule.qos.includes(qos)) return false;
  if (action === "publish" && rule.retain !== undefined && rule.retain !== retain) return false;
  const { filter } = rule;
  if (filter === undefined) return true;
  if (rule.literal && /[+#]/.test(filter)) return filter === topic;
  if (action === "publish") return topicMatches(filter, topic);
  // Whoever is kept from some topics of a filter may not have the filter.
  return rule.allow ? covers(filter, topic) : overlaps(filter, topic);
}

/** Whether every topic that `asked` selects is selected by `filter`. Both are well-formed Topic Filters. */
export function covers(filter: string, asked: string): boolean {
  if (startsWild(filter) && asked.startsWith("$")) return false; // [MQTT-4.7.2-1]
  const wide = filter.split("/");
  const narrow = asked.split("/");
  for (const [i, level] of wide.entries()) {
    if (level === "#") return true;
    const other = narrow[i];
    if (other === undefined || other === "#") return false;
    if (level !== "+" && level !== other) return false;
  }
  return wide.length === narrow.length;
}

/** Whether some topic is selected by both. */
export function overlaps(a: string, b: string): boolean {
  if ((startsWild(a) && b.startsWith("$")) || (startsWild(b) && a.startsWith("$"))) return false;
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0;; i++) {
    const [one, other] = [left[i], right[i]];
    if (one === "#" || other === "#") return true; // # takes its parent in, where the other one has ended
    if (one === undefined || other === undefined) return one === other;
    if (one !== "+" && other !== "+" && one !== other) return false;
  }
}

function startsWild(filter: string): boolean {
  return filter.startsWith("#") || filter.startsWith("+");
}
