// Text made safe for a terminal and fitted to its columns.
import assert from "node:assert/strict";
import { visible } from "../../src/terminal/visible.ts";
import { cutEnd, cutMiddle, pad, widthOf } from "../../src/terminal/width.ts";

Deno.test("counts terminal columns, not characters", () => {
  assert.equal(widthOf("abc"), 3);
  assert.equal(widthOf("工場"), 4);
  assert.equal(widthOf("😀"), 2);
  assert.equal(widthOf("e\u0301"), 1);
  assert.equal(widthOf("ü"), 1);
});

Deno.test("cuts the end or the middle to exactly the columns there are", () => {
  assert.equal(cutEnd("temperature", 11), "temperature");
  assert.equal(cutEnd("temperature", 6), "tempe…");
  assert.equal(cutMiddle("plant/3/line/temperature", 11), "plant…ature");
  assert.equal(cutEnd("工場工場", 4), "工…");
  assert.equal(cutEnd("x", 0), "");
  for (let width = 0; width < 30; width++) {
    for (const text of ["plant/3/line/temperature", "温度センサー-大阪-12-温度センサー", "😀😀😀😀a😀😀b"]) {
      assert.ok(widthOf(cutEnd(text, width)) <= width, `cutEnd ${text} ${width}`);
      assert.ok(widthOf(cutMiddle(text, width)) <= width, `cutMiddle ${text} ${width}`);
    }
  }
});

Deno.test("never cuts through a character", () => {
  for (let width = 1; width < 12; width++) {
    assert.ok(cutMiddle("😀😀😀😀😀", width).isWellFormed());
    assert.ok(cutEnd("😀😀😀😀😀", width).isWellFormed());
  }
});

Deno.test("does not let combining marks without columns grow a cell without bound", () => {
  assert.ok(cutEnd("e" + "\u0301".repeat(100_000), 10).length < 200);
  assert.ok(cutMiddle("e" + "\u0301".repeat(100_000), 10).length < 300);
});

Deno.test("pads to columns", () => {
  assert.equal(pad("工", 4), "工  ");
  assert.equal(pad("long", 2), "long");
});

Deno.test("shows controls, direction overrides and lone surrogates as escapes, and leaves text alone", () => {
  assert.equal(
    visible("a\n\r\t\x1b[31m\x7f\x9b\u202e\u2028\u{e0001}"),
    "a\\n\\r\\t\\x1b[31m\\x7f\\x9b\\u{202e}\\u{2028}\\u{e0001}",
  );
  assert.equal(visible(String.fromCharCode(0xd800)), "\\u{d800}");
  for (const text of ['{"a":"ü"}', "工場 😀", "👩\u200d👩\u200d👧", "می\u200cخواهم"]) {
    assert.equal(visible(text), text);
  }
});
