// Topic Names and Topic Filters: the standard's own examples, and what may be written at all.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  levelCount,
  parseFilter,
  topicFilterProblem,
  topicMatches,
  topicMatchesByLevels,
  topicNameProblem,
} from "../../src/mqtt/topics.ts";

const MATCHES: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
  // 4.7.1.2
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/tennis/player1/#", "sport/tennis/player12", false],
  ["sport/#", "sport", true],
  ["sport/#", "sport/", true],
  ["sport/#", "sports", false],
  ["#", "sport", true],
  ["#", "/", true],
  ["#", "a//b", true],
  // 4.7.1.3
  ["sport/tennis/+", "sport/tennis/player1", true],
  ["sport/tennis/+", "sport/tennis/player2", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/tennis/+", "sport/tennis", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/tennis/#", "sport/tennis", true],
  ["+/tennis/#", "sport/tennis/x/y", true],
  ["sport/+/player1", "sport/tennis/player1", true],
  ["sport/+/player1", "sport//player1", true],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["+", "/finance", false],
  ["+", "finance", true],
  // 4.7.2 [MQTT-4.7.2-1]
  ["#", "$SYS/uptime", false],
  ["+/monitor/Clients", "$SYS/monitor/Clients", false],
  ["+", "$SYS", false],
  ["$SYS/#", "$SYS/uptime", true],
  ["$SYS/#", "$SYS", true],
  ["$SYS/monitor/+", "$SYS/monitor/Clients", true],
  ["$SYS/+/Clients", "$SYS/monitor/Clients", true],
  ["#", "a/$SYS", true],
  ["a/+", "a/$SYS", true],
  // 4.7.3: case, leading and trailing separators and empty levels count
  ["ACCOUNTS", "Accounts", false],
  ["finance", "/finance", false],
  ["/finance", "/finance", true],
  ["finance/", "finance", false],
  ["a/b", "a//b", false],
  ["a//b", "a//b", true],
  ["a/+/b", "a//b", true],
  ["a/b/c", "a/b", false],
  ["a/b", "a/b/c", false],
  ["/#", "/", true],
  ["/#", "a", false],
  ["//#", "/", true],
  ["+/#", "a", true],
  ["Accounts payable", "Accounts payable", true],
  // [MQTT-4.7.3-4]: no normalisation
  ["caf\u00e9", "cafe\u0301", false],
  ["\ufeffa", "a", false],
];

for (const [filter, topic, matches] of MATCHES) {
  Deno.test(`${JSON.stringify(filter)} ${matches ? "matches" : "does not match"} ${JSON.stringify(topic)}`, () => {
    assert.equal(topicMatches(filter, topic), matches);
    assert.equal(topicMatchesByLevels(filter, topic), matches);
  });
}

Deno.test("character by character and level by level, a filter matches the same topics", () => {
  const someLevels = (...levels: string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...levels), { minLength: 1, maxLength: 5 }).map((each) => each.join("/"));
  const someTopic = someLevels("", "a", "ab", "$x");
  const someFilter = fc.tuple(someLevels("", "a", "ab", "$x", "+", "+"), fc.constantFrom("", "/#"))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(someFilter, fc.constant("#")), someTopic, (filter, topic) => {
      assert.equal(topicMatches(filter, topic), topicMatchesByLevels(filter, topic));
    }),
    { numRuns: 5_000 },
  );
});

const LONGEST = "a".repeat(65_535);
const GOOD_FILTERS = [
  "a",
  "/",
  "//",
  "#",
  "+",
  "/#",
  "+/+",
  "a/#",
  "a/+/b/#",
  "+/tennis/#",
  "sport/+/player1",
  " ",
  "$SYS/#",
  "$share",
  "a\ufeff",
  LONGEST,
];
const BAD_FILTERS = [
  "",
  "a#",
  "#a",
  "a/b#",
  "sport/tennis#",
  "sport/tennis/#/ranking",
  "#/",
  "##",
  "/##",
  "sport+",
  "+sport",
  "a/+b",
  "++",
  "+#",
  "a\0",
  `${LONGEST}a`,
  `${"é".repeat(32_768)}`,
];

Deno.test("well-formed filters are accepted [5.0: 4.7.1-1, 4.7.1-2]", () => {
  for (const filter of GOOD_FILTERS) {
    assert.equal(topicFilterProblem(filter), undefined, filter.slice(0, 40));
    assert.deepEqual(parseFilter(filter), { group: undefined, filter });
  }
});

Deno.test("malformed filters are refused with a sentence, also behind $share/", () => {
  for (const filter of BAD_FILTERS) {
    assert.match(topicFilterProblem(filter) ?? "", /\w+ \w+/, filter.slice(0, 40));
    assert.equal(typeof parseFilter(filter), "string", filter.slice(0, 40));
    assert.equal(typeof parseFilter(`$share/g/${filter}`), "string", filter.slice(0, 40));
  }
});

Deno.test(
  "topic names have at least one character, no wildcard, no U+0000 and 65,535 bytes at most " +
    "[3.1.1: 4.7.3-3] [5.0: 4.7.3-3]",
  () => {
    for (const topic of ["a", "/", "a/b", "$SYS/x", " ", "a\ufeff", LONGEST]) {
      assert.equal(topicNameProblem(topic), undefined, topic.slice(0, 40));
    }
    for (const topic of ["", "#", "+", "a/#", "a+b", "a#", "a\0b", `${LONGEST}a`, "é".repeat(32_768)]) {
      assert.match(topicNameProblem(topic) ?? "", /\w+ \w+/, topic.slice(0, 40));
    }
  },
);

Deno.test("shared subscriptions are taken apart [5.0: 4.8.2-1]", () => {
  const shared: readonly (readonly [string, group: string, filter: string])[] = [
    ["$share/g/a", "g", "a"],
    ["$share/g/a/+/#", "g", "a/+/#"],
    ["$share/g//a", "g", "/a"],
    ["$share/g//", "g", "/"],
    ["$share/group one/#", "group one", "#"],
    ["$share/$share/a", "$share", "a"],
    ["$share/g/$SYS/#", "g", "$SYS/#"],
    ["$share/é🚀/a", "é🚀", "a"],
  ];
  for (const [text, group, filter] of shared) assert.deepEqual(parseFilter(text), { group, filter }, text);
});

Deno.test(
  "shared subscriptions without a name, with a wildcard in it, or without a filter are refused " +
    "[5.0: 4.8.2-2]",
  () => {
    for (
      const text of ["$share/", "$share//", "$share//a", "$share/g", "$share/g/", "$share/+/a", "$share/g#/a"]
    ) {
      assert.equal(typeof parseFilter(text), "string", text);
    }
  },
);

Deno.test("what only resembles a shared subscription is an ordinary filter", () => {
  for (const filter of ["$share", "$shared/g/a", "$SHARE/g/a", "/$share/g/a", "share/g/a"]) {
    assert.deepEqual(parseFilter(filter), { group: undefined, filter });
  }
});

Deno.test("levels are counted with the empty ones", () => {
  const counts = { "a": 1, "/": 2, "a/b": 2, "a//b": 3, "/a/": 3, "": 1 };
  for (const [topic, count] of Object.entries(counts)) assert.equal(levelCount(topic), count, topic);
});
