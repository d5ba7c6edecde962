// Debian's Chromium without a window: what a page looks like, and what the browser says of it.
import { inflateSync } from "node:zlib";

/** Whether it is installed. */
export async function hasChromium(): Promise<boolean> {
  try {
    return (await new Deno.Command("chromium", { args: ["--version"], stdin: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export interface Look {
  readonly scheme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

/**
 * Takes a picture of a page into `picture`, a PNG, and returns what the page said on the console.
 * @param profile an empty folder, for the browser alone
 */
export async function screenshot(url: string, picture: string, look: Look, profile: string): Promise<string> {
  const { stderr, success } = await new Deno.Command("chromium", {
    args: [
      "--headless",
      "--no-sandbox", // it may run as root, and shows nothing but the test's own page
      "--disable-gpu",
      "--hide-scrollbars",
      "--enable-logging=stderr",
      `--user-data-dir=${profile}`,
      `--blink-settings=preferredColorScheme=${look.scheme === "dark" ? 0 : 1}`,
      `--window-size=${look.width},${look.height}`,
      `--screenshot=${picture}`,
      url,
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(text);
  return text.split("\n").filter((line) => line.includes("CONSOLE")).join("\n");
}

/** The colour of the pixel at the top left of a PNG, as `#rrggbb`, and its size. */
export function topLeft(png: Uint8Array): { colour: string; width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const data: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = inflateSync(new Uint8Array(data.flatMap((part) => [...part])));
  // Behind the first row's filter, which has nothing to the left or above to add.
  return {
    colour: `#${new Uint8Array(rows.subarray(1, 4)).toHex()}`,
    width: view.getUint32(16),
    height: view.getUint32(20),
  };
}
