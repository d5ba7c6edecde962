// A do-nothing HTTP server in a process of its own: prints its port, and on a line on stdin how many lines it got.
let requests = 0;
let lines = 0;
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => print(String(port)) },
  async (request) => {
    requests++;
    // A body that is not read costs its connection: Deno.serve closes it, and the bench would measure connects.
    const body = await request.bytes();
    if (request.headers.get("content-type") === "application/x-ndjson") {
      for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) lines++;
    } else {
      lines++;
    }
    return new Response(null, { status: 204 });
  },
);

for await (const _ of Deno.stdin.readable) print(`${requests} ${lines}`);
await server.shutdown();

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
