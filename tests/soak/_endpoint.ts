// An HTTP endpoint in a process of its own: writes the payload of each event it takes into a file, before it answers.
// Arguments: port (0: any), file of what arrived. Prints its port. A word on stdin says how it behaves from now on:
// ok, slow, 400, 429, 500, midclose, never.
const [port = "0", arrivedFile = ""] = Deno.args;
const arrived = Deno.openSync(arrivedFile, { append: true, create: true });
const encoder = new TextEncoder();
let mode = "ok";

Deno.serve(
  {
    port: Number(port),
    hostname: "127.0.0.1",
    onListen: (address) => void Deno.stdout.writeSync(encoder.encode(`${address.port}\n`)),
    onError: () => new Response(null, { status: 500 }),
  },
  async (request) => {
    const body = await request.text();
    if (mode === "never") return await new Promise<Response>(() => {});
    if (mode === "slow") await new Promise((resolve) => setTimeout(resolve, 10_000));
    if (mode === "429") return new Response("later", { status: 429, headers: { "retry-after": "2" } });
    if (mode === "midclose") return halfAnAnswer();
    if (mode === "400" || mode === "500") return new Response("no", { status: Number(mode) });
    let text = "";
    for (const line of body.split("\n")) {
      if (line !== "") text += `${atob((JSON.parse(line) as { payload: string }).payload)}\n`;
    }
    arrived.writeSync(encoder.encode(text));
    return new Response(null, { status: 204 });
  },
);

for await (const word of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) mode = word.trim();
Deno.exit(0);

function halfAnAnswer(): Response {
  const body = new ReadableStream({
    start(controller): void {
      controller.enqueue(encoder.encode("half an ans"));
      setTimeout(() => controller.error(new Error("closed in mid-answer")), 5);
    },
  });
  return new Response(body, { status: 200 });
}
