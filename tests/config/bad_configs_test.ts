// Each bad configuration is refused with its line, its key and what would be right.
import assert from "node:assert/strict";
import { errorsOf, loadBroker, loadHooks } from "./_load_texts.ts";
import { BAD_CONFIGS } from "./bad_configs.ts";

for (const { what, file, toml, line, key, words, never = [] } of BAD_CONFIGS) {
  Deno.test(`${file} file: refuses ${what}`, () => {
    const errors = errorsOf(() => file === "broker" ? loadBroker(toml) : loadHooks(toml));
    const all = errors.map((error) => error.message).join("\n");
    assert.equal(errors.length, 1, all);
    const error = errors[0];
    assert.equal(error?.file, file === "broker" ? "etc/broker.toml" : "hooks.toml");
    assert.equal(error?.line, line, all);
    assert.equal(error?.key, key);
    assert.ok(error?.message.startsWith(`${error.file}:${line}`), all);
    for (const word of words) assert.ok(all.includes(word), `${JSON.stringify(word)} is not in: ${all}`);
    for (const word of never) assert.ok(!all.includes(word), `${JSON.stringify(word)} is in: ${all}`);
  });
}

Deno.test("the tables of bad configurations are read whole", () => {
  assert.ok(BAD_CONFIGS.filter(({ file }) => file === "hooks").length >= 65);
});
