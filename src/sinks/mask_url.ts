// URLs without their secrets, for everything that is shown.

/** User name, password and query values as `***`; of what is no URL, all before `@` and behind `?`. */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\/\/[^/@]*@/, "//***@").replace(/\?.*$/s, "?***");
  const parsed = new URL(url);
  if (parsed.protocol === "file:") return url;
  // By hand, not by URL's setters: they would write *** as an escape.
  const credentials = parsed.username === "" && parsed.password === "" ? "" : "***:***@";
  const query = [...parsed.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=***`).join("&");
  const path = parsed.pathname === "/" && !/^[a-z]+:\/\/[^/]*\//i.test(url) ? "" : parsed.pathname;
  return `${parsed.protocol}//${credentials}${parsed.host}${path}${query === "" ? "" : `?${query}`}`;
}
