// `rule.<event> = [{action, topics, urls}]`: which events become lines, and where the lines go.
import { unknownWord } from "../base/nearest.ts";
import { isTable } from "../base/table.ts";
import { EVENT_NAMES, type EventName } from "../hooks/events.ts";
import type { Rule, Rules } from "../hooks/rules.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import type { Document } from "./_document.ts";
import type { Endpoints } from "./_endpoints.ts";
import { anything, text } from "./_checks.ts";
import type { KeyPath } from "./_key_path.ts";
import { SILENT_RULES } from "./_rmqtt_keys.ts";
import { readTable } from "./_table.ts";

/** @param defaultUrls the file's `urls`, for rules without their own */
export function readRules(
  doc: Document,
  value: unknown,
  defaultUrls: readonly string[],
  endpoints: Endpoints,
): Rules {
  const rules: { [E in EventName]?: readonly Rule[] } = {};
  if (value !== undefined && !isTable(value)) {
    doc.refuse(["rule"], 'must be a table, as in rule.message_publish = [{action = "message_publish"}]');
    return rules;
  }
  for (const [name, list] of Object.entries(value ?? {})) {
    const path = ["rule", name];
    const event = EVENT_NAMES.find((known) => known === name);
    if (SILENT_RULES.includes(name)) {
      doc.unused(path);
    } else if (event === undefined) {
      doc.error(path, unknownWord("event", name, EVENT_NAMES));
    } else if (!Array.isArray(list)) {
      doc.refuse(path, `must be an array of rules, as in [{action = "${event}"}]`);
    } else if (list.length > 0) {
      rules[event] = list.map((entry, index) =>
        readRule(doc, [...path, index], entry, event, defaultUrls, endpoints)
      );
    }
  }
  if (Object.keys(rules).length === 0) doc.warn([], "has no rule, so no event will be written anywhere");
  return rules;
}

function readRule(
  doc: Document,
  path: KeyPath,
  value: unknown,
  event: EventName,
  defaultUrls: readonly string[],
  endpoints: Endpoints,
): Rule {
  const fields = { action: text("the action's name"), topics: anything(), urls: anything() };
  const table = readTable(doc, path, value, fields);
  const given = isTable(value) ? value : {};
  const own = given["urls"] === undefined ? [] : endpoints.readUrls([...path, "urls"], given["urls"]);
  const urls = own.length > 0 ? own : defaultUrls;
  if (urls.length === 0) doc.warn(path, "has no URL, and there are no default urls: its lines go nowhere");
  const topics = given["topics"] === undefined
    ? undefined
    : readTopics(doc, [...path, "topics"], given["topics"]);
  return { action: table?.action ?? event, ...(topics !== undefined && { topics }), urls };
}

/** `undefined` selects every topic, and so does an empty array, as in RMQTT. */
function readTopics(doc: Document, path: KeyPath, value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    doc.refuse(path, 'must be an array of Topic Filters, as in ["a/b", "foo/#"]; [] selects every topic');
    return undefined;
  }
  if (value.length === 0) return undefined;
  const topics: string[] = [];
  for (const [index, filter] of value.entries()) {
    const at = [...path, index];
    const problem = typeof filter === "string" ? filterProblem(filter) : "must be a Topic Filter in quotes";
    if (problem !== undefined) doc.refuse(at, problem);
    else topics.push(filter);
  }
  return topics;
}

function filterProblem(filter: string): string | undefined {
  if (filter.startsWith("$share/")) {
    return "must be a plain Topic Filter: events of a shared subscription have the topic behind " +
      "$share/<ShareName>/";
  }
  return topicFilterProblem(filter);
}
