// The notifier's own decisions; tests/e2e/systemd_test.ts has the whole program on a real socket.
import assert from "node:assert/strict";
import { type Notifier, type NotifyOptions, openNotifier } from "../../src/daemon/notify.ts";
import { Inbox } from "../helpers/inbox.ts";
import { tempDir } from "../helpers/temp_dir.ts";

/** A notifier on a real socket, with timers that the test fires and turns that end when it says so. */
async function withNotifier(
  env: Readonly<Record<string, string>>,
  test: (parts: {
    notifier: Notifier;
    inbox: Inbox<string>;
    timers: { ms: number; run: () => void }[];
    turns: (() => void)[];
  }) => Promise<void>,
): Promise<void> {
  await using dir = await tempDir();
  const path = `${dir.path}/notify`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const inbox = new Inbox<string>("a notification");
  const reading = (async () => {
    for await (const [bytes] of socket) inbox.put(new TextDecoder().decode(bytes));
  })();
  const timers: { ms: number; run: () => void }[] = [];
  const turns: (() => void)[] = [];
  const options: NotifyOptions = {
    env: (name) => ({ NOTIFY_SOCKET: path, ...env })[name],
    pid: 42,
    log: (level, text) => assert.fail(`${level}: ${text}`),
    clock: {
      setTimer: (ms, run) => {
        timers.push({ ms, run });
        return () => {};
      },
    },
    throughTurn: (alive) => turns.push(alive),
  };
  {
    await using notifier = openNotifier(options);
    await test({ notifier, inbox, timers, turns });
  }
  socket.close();
  await reading;
}

Deno.test("the watchdog is answered at the end of a turn, not by the timer alone", async () => {
  await withNotifier({ WATCHDOG_USEC: "30000000" }, async ({ notifier, inbox, timers, turns }) => {
    notifier.ready("up");
    assert.equal(await inbox.take(), "READY=1\nSTATUS=up");
    assert.deepEqual(timers.map(({ ms }) => ms), [15_000]);
    timers[0]?.run();
    assert.equal(turns.length, 1);
    notifier.stopping(); // would come second if the timer had sent something
    assert.match(await inbox.take(), /^STOPPING=1/);
    turns[0]?.();
    assert.equal(await inbox.take(), "WATCHDOG=1");
    assert.equal(timers.length, 2, "and the next time is set");
  });
});

Deno.test("a second READY after a reload sets no second watchdog timer", async () => {
  await withNotifier(
    { WATCHDOG_USEC: "1000000", WATCHDOG_PID: "42" },
    async ({ notifier, inbox, timers }) => {
      notifier.ready("up");
      notifier.reloading();
      notifier.ready("up again");
      assert.match(await inbox.take(), /^READY=1/);
      assert.match(await inbox.take(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
      assert.equal(await inbox.take(), "READY=1\nSTATUS=up again");
      assert.equal(timers.length, 1);
    },
  );
});

Deno.test("without NOTIFY_SOCKET, or with one that is no socket's name, nothing is sent and nothing is said", async () => {
  for (const value of ["", "relative", undefined]) {
    const notifier = openNotifier({
      env: (name) => name === "NOTIFY_SOCKET" ? value : undefined,
      pid: 42,
      log: (level, text) => assert.fail(`${level}: ${text}`),
      clock: { setTimer: () => assert.fail("no timer is needed") },
      throughTurn: () => assert.fail("no turn is needed"),
    });
    notifier.ready("up");
    notifier.reloading();
    notifier.stopping();
    await notifier[Symbol.asyncDispose]();
  }
});
