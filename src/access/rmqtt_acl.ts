// `rmqtt-acl.toml`: rules on who may connect, publish and subscribe, of which the first hit decides.
import { unknownWord } from "../base/nearest.ts";
import { isTable } from "../base/table.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import { type Asking, isAsking, isEverybody, readWho, type Who } from "./acl_who.ts";
import { foundKind } from "./found.ts";
import { expand, hasPlaceholder, PERCENT, widen } from "./placeholders.ts";
import type { Place, Problems } from "./problems.ts";
import type { TopicRule } from "./topic_rule.ts";

const ACCESS = ["allow", "deny"];
const CONTROLS = ["connect", "publish", "subscribe", "pubsub", "all"];

interface AclTopic {
  readonly filter: string;
  readonly literal: boolean;
}

export interface AclRule {
  readonly allow: boolean;
  readonly who: Who;
  /** `connect`, `publish`, `subscribe`, `pubsub` or `all`. */
  readonly control: string;
  /** Absent: all topics. */
  readonly topics?: readonly AclTopic[];
}

/** What the rules say of one client at its CONNECT. */
export interface AclConnect {
  readonly allow: boolean;
  /** The rule that decided is about some, not about everybody. */
  readonly named: boolean;
  /** A rule with its password allowed it: it is who it says it is. */
  readonly authenticated: boolean;
  readonly superuser: boolean;
  /** Rules have a password for this user name, and it sent none of them. */
  readonly badPassword: boolean;
}

export class RmqttAcl {
  /** @param closeIfDenied `disconnect_if_pub_rejected` */
  constructor(readonly rules: readonly AclRule[], readonly closeIfDenied: boolean) {}

  /** Whether any rule looks at a password. */
  get hasPasswords(): boolean {
    return this.rules.some(({ who }) => who.password !== undefined);
  }

  /** The first rule of control connect or all decides, whatever its topics; none: refused. */
  connect(asking: Asking): AclConnect {
    const hit = this.rules.find((rule) =>
      (rule.control === "connect" || rule.control === "all") && isAsking(rule.who, asking)
    );
    const allow = hit?.allow ?? false;
    const { password, superuser = false } = hit?.who ?? {};
    const named = this.rules.filter(({ who }) =>
      who.password !== undefined && who.user !== undefined && who.user === asking.username
    );
    return {
      allow,
      named: hit !== undefined && !isEverybody(hit.who),
      authenticated: allow && password !== undefined,
      superuser: allow && superuser,
      badPassword: named.length > 0 && !named.some(({ who }) => asking.sealed?.isOf(who.password ?? "")),
    };
  }

  /** Rules in the order in which they are asked; where none is about a request, it is denied. */
  rulesFor(asking: Asking): readonly TopicRule[] {
    return this.rules.flatMap((rule) => {
      if (rule.control === "connect" || !isAsking(rule.who, asking)) return [];
      const { allow, control } = rule;
      const action = control === "publish" || control === "subscribe" ? control : "all";
      if (rule.topics === undefined) return [{ allow, action, filter: undefined, literal: false }];
      return rule.topics.flatMap((topic): TopicRule[] => {
        const { filter, literal } = topic;
        if (!hasPlaceholder(filter, PERCENT)) return [{ allow, action, ...topic }];
        const own = expand(filter, PERCENT, asking);
        if (own !== undefined) return [{ allow, action, filter: own, literal }];
        return allow ? [] : [{ allow, action, filter: widen(filter, PERCENT), literal: false }];
      });
    });
  }
}

/** The rules where the file has none. */
export const BUILT_IN_RULES: readonly unknown[] = [
  ["allow", { user: "dashboard" }, "subscribe", ["$SYS/#"]],
  ["allow", { ipaddr: "127.0.0.1" }, "pubsub", ["$SYS/#", "#"]],
  ["deny", "all", "subscribe", ["$SYS/#", { eq: "#" }]],
  ["allow", "all"],
];

/** `rules` of the file, checked; `undefined` after an error in one of them. */
export function readAclRules(
  value: unknown = BUILT_IN_RULES,
  place: Place,
  problems: Problems,
): readonly AclRule[] | undefined {
  if (!Array.isArray(value)) {
    return void problems.error(
      place,
      `must be an array of rules, [access, who, control, [topics]]; found ${foundKind(value)}`,
    );
  }
  const rules = value.map((rule, i) => readRule(rule, [...place, i], problems));
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

function readRule(value: unknown, place: Place, problems: Problems): AclRule | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > 4) {
    return void problems.error(
      place,
      "must be a rule: [access, who], [access, who, control] or [access, who, control, [topics]]",
    );
  }
  const [access, who, control = "all", topics] = value as readonly unknown[];
  const accessOk = isWord(access, ACCESS, "access", [...place, 0], problems);
  const allow = access === "allow";
  const checkedWho = readWho(who, allow, [...place, 1], problems);
  const controlOk = isWord(control, CONTROLS, "control", [...place, 2], problems);
  const checkedTopics = topics === undefined ? [] : readTopics(topics, [...place, 3], problems);
  if (!accessOk || checkedWho === undefined || !controlOk || checkedTopics === undefined) return undefined;
  if (topics !== undefined && !allow && control === "all") {
    problems.warn(place, 'also refuses the CONNECT, whatever the topics; "pubsub" would not');
  }
  return { allow, who: checkedWho, control, ...topics !== undefined && { topics: checkedTopics } };
}

function isWord(
  value: unknown,
  words: readonly string[],
  what: string,
  place: Place,
  problems: Problems,
): value is string {
  if (typeof value === "string" && words.includes(value)) return true;
  const text = typeof value === "string"
    ? unknownWord(what, value, words)
    : `must be one of ${words.join(", ")}`;
  problems.error(place, text);
  return false;
}

function readTopics(value: unknown, place: Place, problems: Problems): readonly AclTopic[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return void problems.error(
      place,
      `must be an array of Topic Filters that is not empty; found ${foundKind(value)}`,
    );
  }
  const topics = value.map((topic, i): AclTopic | undefined => {
    const at = [...place, i];
    const literal = isTable(topic);
    if (literal && (Object.keys(topic).length !== 1 || typeof topic["eq"] !== "string")) {
      return void problems.error(at, 'must be a Topic Filter or { eq = "the very filter" }');
    }
    const filter = literal ? topic["eq"] : topic;
    if (typeof filter !== "string") {
      return void problems.error(at, `must be a Topic Filter in quotes; found ${foundKind(filter)}`);
    }
    const problem = topicFilterProblem(filter);
    return problem === undefined ? { filter, literal } : void problems.error(at, problem);
  });
  return topics.every((topic) => topic !== undefined) ? topics : undefined;
}
