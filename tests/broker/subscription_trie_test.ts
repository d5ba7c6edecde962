// SubscriptionTrie and SharedGroup: find what plain matching finds, and share fairly.
import assert from "node:assert/strict";
import fc from "fast-check";
import { SharedGroup, type Subscription } from "../../src/broker/subscription.ts";
import { SubscriptionTrie } from "../../src/broker/subscription_trie.ts";
import { topicMatches } from "../../src/mqtt/topics.ts";
import { SessionBench, subscription } from "./_session_bench.ts";

// Few levels out of few, the empty one and $ included, so that filters and topics meet.
const someLevel = fc.constantFrom("", "a", "b", "$x", "ab");
const someTopic = fc.array(someLevel, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"))
  .filter((topic) => topic !== "");
const someFilter = fc.tuple(
  fc.array(fc.oneof({ weight: 2, arbitrary: someLevel }, { weight: 1, arbitrary: fc.constant("+") }), {
    minLength: 1,
    maxLength: 4,
  }),
  fc.boolean(),
).map(([levels, hash]) => [...levels, ...(hash ? ["#"] : [])].join("/")).filter((filter) => filter !== "");

const someStep = fc.record({
  filter: fc.oneof({ weight: 1, arbitrary: fc.constant("#") }, { weight: 9, arbitrary: someFilter }),
  client: fc.nat(2),
  group: fc.constantFrom("", "", "$share/g/", "$share/h/"),
  remove: fc.boolean(),
});

Deno.test(
  "the trie agrees with plain matching, whatever was added, replaced and removed before " +
    "[3.1.1: 4.7.3-4] [5.0: 3.3.2-3, 4.7.3-4]",
  () => {
    const bench = new SessionBench();
    const sessions = ["0", "1", "2"].map((id) => bench.session(id));
    fc.assert(
      fc.property(
        fc.array(someStep, { maxLength: 30, size: "max" }),
        fc.array(someTopic, { maxLength: 10 }),
        (steps, topics) => {
          const trie = new SubscriptionTrie();
          const plain = new Map<string, Subscription>();
          for (const { filter, client, group, remove } of steps) {
            const session = sessions[client];
            assert(session !== undefined);
            const key = `${client} ${group}${filter}`;
            const made = subscription(session, group + filter);
            if (remove) {
              trie.delete(plain.get(key) ?? made);
              plain.delete(key);
            } else {
              trie.set(made);
              plain.set(key, made);
            }
          }
          for (const topic of topics) {
            const matching = [...plain.values()].filter((s) => topicMatches(s.filter, topic));
            const own = matching.filter((s) => s.group === undefined);
            const groups = new Set(
              matching.flatMap((s) => s.group === undefined ? [] : [`${s.group} ${s.filter}`]),
            );
            const found = trie.match(topic);
            assert.deepEqual(new Set(found.subscriptions), new Set(own), topic);
            assert.equal(found.subscriptions.length, own.length, "none twice");
            assert.equal(found.groups.length, groups.size);
            const chosen = new Set(
              found.groups.map((g) => g.choose()).map((s) => `${s?.group} ${s?.filter}`),
            );
            assert.deepEqual(chosen, groups);
          }
        },
      ),
      { numRuns: 500 },
    );
  },
);

Deno.test("a trie from which everything was removed matches nothing and keeps nothing", () => {
  const bench = new SessionBench();
  const session = bench.session();
  const trie = new SubscriptionTrie();
  const all = ["a/b/c", "a/+/c", "a/#", "#", "+", "$share/g/a/b"].map((f) => subscription(session, f));
  for (const s of all) trie.set(s);
  for (const s of all) trie.delete(s);
  assert.deepEqual(trie.match("a/b/c"), { subscriptions: [], groups: [] });
  trie.delete(subscription(session, "never/there"));
});

Deno.test("a topic and a filter of 30,000 levels are matched without running out of stack", () => {
  const bench = new SessionBench();
  const deep = Array(30_000).fill("a").join("/");
  const trie = new SubscriptionTrie();
  const made = [deep, `${deep}/#`, "#"].map((f) => subscription(bench.session(f.slice(-3)), f));
  for (const s of made) trie.set(s);
  assert.equal(trie.match(deep).subscriptions.length, 3);
  for (const s of made) trie.delete(s);
  assert.equal(trie.match(deep).subscriptions.length, 0);
});

Deno.test("a shared group gives each message to the next member in turn", () => {
  const bench = new SessionBench();
  const group = new SharedGroup();
  for (const id of ["a", "b", "c"]) {
    const session = bench.session(id);
    bench.attach(session);
    group.set(subscription(session, "$share/g/t"));
  }
  const chosen = Array.from({ length: 7 }, () => group.choose()?.subscriber.clientId);
  assert.deepEqual(chosen, ["a", "b", "c", "a", "b", "c", "a"]);
});

Deno.test("a shared group passes over members that are away, unless all are [5.0: 4.8.2 present]", () => {
  const bench = new SessionBench();
  const group = new SharedGroup();
  const [a, b] = [bench.session("a"), bench.session("b")];
  bench.attach(a);
  bench.attach(b);
  group.set(subscription(a, "$share/g/t"));
  group.set(subscription(b, "$share/g/t"));
  a.detach();
  const chosen = (): unknown => Array.from({ length: 4 }, () => group.choose()?.subscriber.clientId);
  assert.deepEqual(chosen(), ["b", "b", "b", "b"]);
  b.detach();
  assert.deepEqual(chosen(), ["a", "b", "a", "b"]);
  bench.attach(a);
  assert.deepEqual(chosen(), ["a", "a", "a", "a"]);
});

Deno.test("a shared group has one place for each session, and none when all have left", () => {
  const bench = new SessionBench();
  const group = new SharedGroup();
  const a = bench.session("a");
  group.set(subscription(a, "$share/g/t"));
  group.set(subscription(a, "$share/g/t", { qos: 2 }));
  assert.equal(group.size, 1);
  assert.equal(group.choose()?.qos, 2, "the newer subscription replaced the older");
  group.delete(a);
  assert.equal(group.size, 0);
  assert.equal(group.choose(), undefined);
});
