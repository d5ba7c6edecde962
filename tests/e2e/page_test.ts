// The page of the started program in Chromium: each view shows what clients do, and what it offers works.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { seriousFindings } from "../helpers/accessibility.ts";
import { TestBrowser } from "../helpers/browser.ts";
import { Hookline } from "../helpers/hookline.ts";
import { answer, Endpoint, ok as taken } from "../helpers/http_endpoint.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const VIEWS = ["overview", "clients", "topics", "events", "sinks", "retained", "log"];
const SHOTS = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Waits until the text of an element matches. */
async function shows(page: Page, selector: string, pattern: RegExp): Promise<void> {
  const text = (): Promise<string> => page.locator(selector).innerText();
  try {
    await until(async () => pattern.test(await text()), `${selector} shows ${pattern}`);
  } catch (error) {
    throw new Error(`it shows: ${await text()}`, { cause: error });
  }
}

/** Clicks, and says yes to the question that follows. */
async function clickAndAgree(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.locator("#question-yes").click();
}

/** Publishes several times a second until it is disposed of. */
function publishing(client: MqttClient, topic: string): Disposable {
  // One that is under way when the client goes is nobody's to wait for.
  const timer = setInterval(() => client.publish(topic, "21.5").catch(() => {}), 200);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

Deno.test("the page shows each view live, filters, pauses, kicks, deletes and redelivers", async (test) => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  endpoint.behave = answer(400);
  await using broker = await Hookline.start({
    cwd: dir.path,
    http: true,
    hooks: `urls = ["file:./hook.log", "${endpoint.url}"]\nretry_max_elapsed_time = "0"\n` +
      'rule.message_publish = [{topics = ["plant/#"]}]\nrule.client_connected = [{urls = ["file:./hook.log"]}]\n',
  });
  await using browser = await TestBrowser.open();
  const page = await browser.page(broker.httpUrl);
  const view = (name: string): Promise<void> => page.evaluate((name) => void (location.hash = name), name);
  await using meter = await MqttClient.connect(broker.url, 5, { clientId: "meter-1", username: "plant" });
  await using reader = await MqttClient.connect(broker.url, 4, { clientId: "reader" });
  await reader.subscribe("plant/+/temp", { qos: 1 });
  await meter.publish("plant/a/temp", "21.5", { qos: 1, retain: true });

  await test.step("overview: readiness, rates, totals, listeners", async () => {
    await shows(page, "#ready", /^ready$/);
    await shows(page, "#about", /^\d+\.\d+\.\d+ · node 1 · up \d+ s$/);
    await shows(page, "#totals", /Clients\n2\n/);
    await shows(page, "#listener-rows", /tcp default\s+127\.0\.0\.1:\d+\s+2/);
    const drawn = page.locator("#chart .line-in");
    await until(async () => (await drawn.getAttribute("d") ?? "").includes("L"), "a line is drawn");
    await meter.publish("plant/b/pressure", "3", { qos: 1 });
    await shows(page, "#rate-in", /[1-9]/);
  });

  await test.step("clients: search, order, subscriptions, kick", async () => {
    await view("clients");
    await shows(page, "#client-rows", /meter-1\s+plant\s+127\.0\.0\.1:\d+\s+5\.0[^]+reader\s+127/);
    await page.getByRole("button", { name: "Out/s" }).click();
    equal(await page.locator("[aria-sort]").getAttribute("aria-sort"), "descending");
    await page.locator("#client-search").fill("READ".toLowerCase());
    await shows(page, "#clients-shown", /^1 shown$/);
    await page.getByRole("button", { name: "reader", exact: true }).click();
    await shows(page, "#client-rows", /plant\/\+\/temp \(QoS 1\)/);
    await clickAndAgree(page, "Kick reader");
    await reader.closed;
    await shows(page, "#told", /^reader was kicked\.$/);
    await shows(page, "#clients-shown", /^0 shown$/);
    await shows(page, "#tally-clients", /^1$/);
  });

  await test.step("topics: counts, last value, flash, search", async () => {
    await view("topics");
    await shows(page, "#topics-shown", /0 topics/);
    await meter.publish("plant/a/temp", "22.0", { qos: 1 });
    await meter.publish("plant/a/temp", "<b>22.5</b>", { qos: 1 });
    await shows(page, "#topic-rows", /plant\s+2\s[^]*temp\s+2\s+[\d.]+\/s\s+<b>22\.5<\/b>/);
    await meter.publish("plant/b/pressure", "4", { qos: 1 });
    const flashing = (): Promise<number> => page.evaluate("document.getAnimations().length");
    await until(async () => await flashing() > 0, "the topic flashes");
    await page.locator("#topic-search").fill("plant/+/pressure");
    await shows(page, "#topic-found", /^plant\/b\/pressure\s+1\s/);
  });

  await test.step("events: as they come, filtered, paused", async () => {
    await view("events");
    // The stream is open once it shows anything.
    await until(async () => {
      await meter.publish("plant/a/temp", "23", { qos: 0 });
      return /message_publish/.test(await page.locator("#event-rows").innerText());
    }, "an event is shown");
    await page.locator("#event-rows summary").first().click();
    match(await page.locator("#event-rows pre").innerText(), /"from_clientid": "meter-1"/);
    await page.locator("#event-topic").fill("plant/#/x");
    await shows(page, "#event-topic-problem", /# must stand alone/);
    await page.locator("#event-topic").fill("plant/b/#");
    await page.locator("#event-name").selectOption("message_publish");
    await until(async () => await page.locator("#event-rows li").count() === 0, "another filter begins anew");
    await until(async () => {
      await meter.publish("plant/a/temp", "not selected", { qos: 1 });
      await meter.publish("plant/b/pressure", "5", { qos: 1 });
      return await page.locator("#event-rows li").count() > 0;
    }, "a selected event is shown");
    ok(!/not selected/.test(await page.locator("#event-rows").innerText()));
    await page.getByRole("button", { name: "Pause" }).click();
    const before = await page.locator("#event-rows li").count();
    await meter.publish("plant/b/pressure", "6", { qos: 1 });
    await shows(page, "#events-shown", /paused: [1-9]\d* missed/);
    equal(await page.locator("#event-rows li").count(), before);
    await page.getByRole("button", { name: "Go on" }).click();
    await shows(page, "#event-rows", /^[1-9]\d* while paused, not shown/);
  });

  await test.step("sinks: what each took, what is wrong, and parked events that are sent again", async () => {
    await view("sinks");
    await shows(page, "#sink-rows", /hook\.log\s+ok\s[^]*http:\/\/127[^]*status 400/);
    endpoint.behave = taken;
    endpoint.requests.length = 0;
    await clickAndAgree(page, `Redeliver parked events of ${endpoint.url}`);
    await shows(page, "#told", /^[1-9]\d* parked events were sent again\.$/);
    ok(endpoint.requests.length > 0);
    await until(
      async () => !await page.getByRole("button", { name: "Redeliver" }).isVisible(),
      "none is parked",
    );
    await meter.publish("plant/a/temp", "24", { qos: 1 });
    await shows(page, "#ready", /^ready$/);
    await until(async () => !/400/.test(await page.locator("#sinks").innerText()), "the trouble is over");
  });

  await test.step("retained: search, delete", async () => {
    await view("retained");
    await page.locator("#retained-search").fill("plant/+/temp");
    await shows(page, "#retained-rows", /^plant\/a\/temp\s+21\.5\s+4 B\s+1\s+meter-1/);
    await clickAndAgree(page, "Delete the Retained Message of plant/a/temp");
    await shows(page, "#retained-shown", /^0 shown$/);
    await using late = await MqttClient.connect(broker.url, 5);
    await late.subscribe("plant/a/temp");
    equal(late.messages.length, 0);
  });

  await test.step("log: what was said before, and what is said now", async () => {
    await view("log");
    await shows(page, "#log-rows", /listening on 127/);
    broker.signal("SIGUSR2");
    await shows(page, "#log-rows", /files reopened/);
  });

  await test.step("light and dark, on a desk and in a hand: all is reachable, nothing is too wide", async () => {
    await Deno.mkdir(SHOTS, { recursive: true });
    await page.goto(broker.httpUrl);
    for (const room of ["kitchen", "cellar"]) {
      await meter.publish(`home/${room}/state`, '{"heating":true}', { qos: 1, retain: true });
    }
    // The views of topics and events are not empty while somebody publishes.
    using _flow = publishing(meter, "plant/a/temp");
    for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      for (const name of VIEWS) {
        await view(name);
        await page.locator(`#${name} :is(dd, td, li):visible`).first().waitFor();
        const over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        equal(await page.evaluate(over), 0, `${name} at ${width} px`);
        deepEqual(await seriousFindings(page), [], name);
        await page.screenshot({ path: `${SHOTS}page-${name}-${width}-${colorScheme}.png` });
      }
    }
  });

  deepEqual(browser.complaints, []);
});

Deno.test("the page asks for the token, says when it is wrong, keeps it for the tab, and tells when nobody answers", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({
    cwd: dir.path,
    http: true,
    config: 'listener.tcp.default.addr = "127.0.0.1:0"\n' +
      '[http_api]\nhttp_laddr = "127.0.0.1:0"\nhttp_bearer_token = "open sesame"\n',
  });
  await using browser = await TestBrowser.open();
  const page = await browser.page(`${broker.httpUrl}/#clients`);
  const enter = async (token: string): Promise<void> => {
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Show", exact: true }).click();
  };
  await shows(page, "#ask-token", /shows itself to those who have its token/);
  ok(!await page.locator("#clients").isVisible());
  deepEqual(await seriousFindings(page), []);
  await enter("sesame");
  await shows(page, "#ask-token", /not the token/);
  await enter("open sesame");
  await shows(page, "#clients-shown", /^0 shown$/);
  await page.reload();
  await shows(page, "#clients-shown", /^0 shown$/);
  await broker.stop();
  await shows(page, "header", /not reached\s+Hookline does not answer/);
});
