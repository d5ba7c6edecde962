// `hookline status`: whether a running Hookline is ready, for people and for a container's health check.
import * as http from "node:http";
import * as https from "node:https";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { isTable } from "../base/table.ts";
import { visible } from "../terminal/visible.ts";
import { EXIT } from "./exit_code.ts";
import { textOf, UsageError, type Verb } from "./verb.ts";

/** How long an answer may take, milliseconds. */
const TIMEOUT = 5_000;
/** Characters of an answer that are read. */
const MOST = 64 * 1024;

export const status: Verb = async (values, _positionals, io) => {
  const url = textOf(values, "url") ?? "";
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    throw new UsageError(`--url cannot be ${JSON.stringify(url)}: write it as in http://127.0.0.1:6060.`);
  }
  const [code, body] = await answerOf(new URL("/readyz", url));
  const problems = problemsOf(body);
  if (problems === undefined) throw new Failure(`${url} answered ${code}, and is no Hookline.`);
  for (const problem of problems) io.out(`${visible(problem)}\n`);
  if (code !== 200) return EXIT.failed;
  io.out("ready\n");
  return EXIT.done;
};

/** Not by `fetch`, which would ask a proxy that the environment names. */
async function answerOf(url: URL): Promise<[code: number, body: string]> {
  const { promise, resolve, reject } = Promise.withResolvers<[number, string]>();
  const { get } = url.protocol === "https:" ? https : http;
  const request = get(url, { timeout: TIMEOUT, agent: false }, (answer) => {
    let body = "";
    answer.setEncoding("utf8");
    answer.on("data", (text: string) => {
      body += text;
      if (body.length > MOST) answer.destroy(new Error("the answer is too long"));
    });
    answer.on("end", () => resolve([answer.statusCode ?? 0, body]));
    answer.on("error", reject);
  });
  request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} seconds`)));
  request.on("error", reject);
  try {
    return await promise;
  } catch (error) {
    const text = `nothing answers at ${url.origin}/: ${errorText(error)}. --url names another place.`;
    throw new Failure(text, { cause: error });
  }
}

/** Undefined for an answer that is not of /readyz. */
function problemsOf(body: string): readonly string[] | undefined {
  try {
    const health: unknown = JSON.parse(body);
    const problems = isTable(health) ? health["problems"] ?? [health["error"]] : undefined;
    return Array.isArray(problems) && problems.every((it) => typeof it === "string") ? problems : undefined;
  } catch {
    // Whoever answered speaks something else.
    return undefined;
  }
}
