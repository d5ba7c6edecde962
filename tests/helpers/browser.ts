// Debian's chromium without a screen, and pages in it.
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";

/** What to do where it is missing. */
export const NO_CHROMIUM = "chromium is not installed: apt-get install chromium";

/** `await using browser = await TestBrowser.open();` */
export class TestBrowser implements AsyncDisposable {
  /** What its pages complain of: errors that nothing caught, and what they write to the console as an error. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<TestBrowser> {
    const isThere = await Deno.stat(PROGRAM).then(() => true, () => false);
    if (!isThere) throw new Error(NO_CHROMIUM);
    // Its sandbox is for foreign pages, and root has none; the certificates are made for the test.
    const args = ["--no-sandbox", "--ignore-certificate-errors"];
    return new TestBrowser(await chromium.launch({ executablePath: PROGRAM, args, timeout: 20_000 }));
  }

  /** A page that shows `url`, with nothing of any other page's; it trusts every certificate. */
  async page(url: string): Promise<Page> {
    const page = await this.#browser.newPage();
    page.on("pageerror", (error) => void this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
