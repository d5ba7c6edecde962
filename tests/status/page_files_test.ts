// The files of the page: the script is what its source makes, and a browser may do no more with them than it must.
import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PAGE_FILES, PAGE_HEADERS } from "../../src/status/page/page.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("page.js is what src/status/page/script/ makes; `deno task page` makes it anew", async () => {
  await inTempDir(async (dir) => {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        "--quiet",
        "--platform=browser",
        `--output=${dir}/page.js`,
        "src/status/page/script/page.ts",
      ],
      cwd: ROOT,
    }).output();
    ok(success);
    equal(PAGE_FILES.get("/page.js")?.body, await Deno.readTextFile(`${dir}/page.js`));
  });
});

Deno.test("nothing of the page comes from elsewhere, stands in it as code, or becomes markup", () => {
  const html = PAGE_FILES.get("/")?.body ?? "";
  match(html, /^<!DOCTYPE html>/);
  ok(!/<script>|<style|\son\w+=|\sstyle=/.test(html));
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  ok(addresses.every((address) => /^(#|data:image|page\.)/.test(address ?? "")), `${addresses}`);
  ok(
    !/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(
      PAGE_FILES.get("/page.js")?.body ?? "",
    ),
  );
  match(
    PAGE_HEADERS["Content-Security-Policy"] ?? "",
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
});
