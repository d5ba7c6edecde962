// The `acl` list that an HTTP answer or a token carries: what this one client may do, of which the first hit
// decides.
import { isTable } from "../base/table.ts";
import type { QoS } from "../mqtt/packets.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import type { Peer } from "./access.ts";
import { BRACES, expand, widen } from "./placeholders.ts";
import type { TopicRule } from "./topic_rule.ts";

/** Entries of one list: more than any client needs, and a bound on what a server may make us keep. */
const MOST_ENTRIES = 1_000;

/**
 * The rules for this client.
 * @returns a sentence where the list is not one: whoever sent it meant something that would be lost
 */
export function readAclList(
  value: unknown,
  peer: Pick<Peer, "clientId" | "username">,
): readonly TopicRule[] | string {
  if (!Array.isArray(value)) return "acl is not a list";
  if (value.length > MOST_ENTRIES) return `acl has more than ${MOST_ENTRIES} entries`;
  const rules: TopicRule[] = [];
  for (const [i, entry] of value.entries()) {
    const rule = readEntry(entry, peer);
    if (typeof rule === "string") return `acl[${i}]: ${rule}`;
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function readEntry(
  entry: unknown,
  peer: Pick<Peer, "clientId" | "username">,
): TopicRule | string | undefined {
  if (!isTable(entry)) return "is not an object";
  const { permission, action = "all", topic, qos, retain } = entry;
  if (permission !== "allow" && permission !== "deny") return "permission must be allow or deny";
  if (action !== "publish" && action !== "subscribe" && action !== "all") {
    return "action must be publish, subscribe or all";
  }
  if (typeof topic !== "string") return "topic must be a string";
  const levels = qos === undefined || Array.isArray(qos) ? qos : [qos];
  if (levels !== undefined && !levels.every(isQoS)) return "qos must be 0, 1, 2 or a list of these";
  const retained = retain === 0 || retain === 1 ? retain === 1 : retain;
  if (retained !== undefined && typeof retained !== "boolean") return "retain must be true or false";
  const allow = permission === "allow";
  const written = topic.replace(/^eq /, "");
  const problem = topicFilterProblem(written);
  if (problem !== undefined) return problem;
  const own = expand(written, BRACES, peer);
  if (own === undefined && allow) return undefined;
  return {
    allow,
    action,
    filter: own ?? widen(written, BRACES),
    literal: own !== undefined && topic.startsWith("eq "),
    ...levels !== undefined && { qos: levels },
    ...retained !== undefined && { retain: retained },
  };
}

function isQoS(value: unknown): value is QoS {
  return value === 0 || value === 1 || value === 2;
}
