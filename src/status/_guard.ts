// Who may ask the HTTP API: every request is looked at here before anything else is done.
import { createHash, timingSafeEqual } from "node:crypto";
import { Refused } from "./_answers.ts";
import type { HttpApiOptions } from "./options.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const IP_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/**
 * Throws Refused for a request under a name that is not this broker's (whose page may have had its name
 * turned to this address), for one that a page of another origin sent, and for one without the token.
 * @param isOpen the path needs no token
 */
export function guard(request: Request, options: HttpApiOptions, isOpen: boolean): void {
  checkHost(request, options);
  checkOrigin(request, isOpen);
  if (!isOpen) checkToken(request, options);
  if (request.method === "POST") checkContent(request);
}

function checkHost({ url }: Request, { hostname, hosts }: HttpApiOptions): void {
  const name = new URL(url).hostname.toLowerCase();
  const own = hostname.includes(":") ? `[${hostname}]` : hostname.toLowerCase();
  // Nobody turns a name to this address who already writes the address.
  const isEverywhere = hostname === "0.0.0.0" || hostname === "::";
  if (LOOPBACK.test(name) || name === own || (isEverywhere && IP_LITERAL.test(name))) return;
  if (hosts.some((host) => host.toLowerCase() === name)) return;
  throw new Refused(
    421,
    "the Host header names another host; names to be asked by are listed in http_hosts.",
  );
}

/** Browsers tell where a request comes from; programs do not. */
function checkOrigin({ url, headers, method }: Request, isOpen: boolean): void {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const foreign = origin !== null && (!URL.canParse(origin) || new URL(origin).host !== new URL(url).host);
  // A link elsewhere may lead to the page.
  const isLink = isOpen && method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  if (foreign || (!isLink && site !== null && site !== "same-origin" && site !== "none")) {
    throw new Refused(403, "pages of other origins may not ask.");
  }
}

/** The comparison takes as long whatever is wrong. */
function checkToken({ headers }: Request, { token }: HttpApiOptions): void {
  if (token === undefined) return;
  const sent = /^bearer (.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (sent !== undefined && timingSafeEqual(digest(sent), digest(token))) return;
  const problem = sent === undefined ? "is missing" : "is wrong";
  throw new Refused(401, `the token ${problem}: send it as Authorization: Bearer TOKEN.`);
}

/** What a form can send without being asked is refused: no browser sends JSON elsewhere unasked. */
function checkContent({ headers }: Request): void {
  const type = headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new Refused(415, "Content-Type must be application/json.");
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
