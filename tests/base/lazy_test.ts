// LazyMap and LazySet: what they answer is what a Map and a Set answer, before and after the first entry.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LazyMap, LazySet } from "../../src/base/lazy.ts";

const someSteps = fc.array(fc.record({ does: fc.constantFrom("put", "delete", "clear"), key: fc.nat(3) }));

Deno.test("a lazy map and a lazy set agree with a Map and a Set at every step", () => {
  fc.assert(fc.property(someSteps, (steps) => {
    const [map, plainMap] = [new LazyMap<number, string>(), new Map<number, string>()];
    const [set, plainSet] = [new LazySet<number>(), new Set<number>()];
    const check = (): void => {
      assert.deepEqual([map.size, [...map]], [plainMap.size, [...plainMap]]);
      assert.deepEqual([...map.entries()].map(([key]) => key), [...map.keys()]);
      assert.deepEqual([[...map.keys()], [...map.values()]], [[...plainMap.keys()], [...plainMap.values()]]);
      const each: unknown[] = [];
      map.forEach((value, key) => each.push([key, value]));
      assert.deepEqual(each, [...plainMap]);
      assert.deepEqual([set.size, [...set]], [plainSet.size, [...plainSet]]);
    };
    check();
    for (const { does, key } of steps) {
      if (does === "put") {
        map.set(key, `${key}`);
        plainMap.set(key, `${key}`);
        set.add(key);
        plainSet.add(key);
      } else if (does === "delete") {
        assert.equal(map.delete(key), plainMap.delete(key));
        assert.equal(set.delete(key), plainSet.delete(key));
      } else for (const it of [map, plainMap, set, plainSet]) it.clear();
      assert.equal(map.get(key), plainMap.get(key));
      assert.deepEqual([map.has(key), set.has(key)], [plainMap.has(key), plainSet.has(key)]);
      check();
    }
  }));
});
