// What axe-core finds in a page that keeps somebody from using it.
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Findings of weight, as `rule: element`; none where all is well. */
export async function seriousFindings(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe") === "undefined") await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as axe.AxeResults;
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
