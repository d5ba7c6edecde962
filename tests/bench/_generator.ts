// The load generator: mqttload.c, compiled where gcc is, and what it says of a run.
import { fileURLToPath } from "node:url";
import { output } from "./_output.ts";

const SOURCE = fileURLToPath(new URL("mqttload.c", import.meta.url));

/** What was measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** What one run of the generator came to. */
export interface Load {
  /** Its answer's numbers; empty where it had none. */
  readonly figures: Figures;
  /** Set where a message was lost, not acknowledged or refused. */
  readonly failure: string | undefined;
}

/**
 * Compiles it into `folder`, and returns the path of the program.
 * @param tls it shall speak TLS too
 */
export async function compileGenerator(folder: string, tls: boolean): Promise<string> {
  const program = `${folder}/mqttload`;
  const gcc = await output(
    ["gcc", "-O2", "-o", program, SOURCE, ...(tls ? ["-DTLS", "-lssl", "-lcrypto"] : [])],
    "the load generator is compiled with gcc, which is not installed: apt-get install gcc libc6-dev",
  );
  const told = new TextDecoder().decode(gcc.stderr);
  if (!gcc.success && told.includes("openssl/")) {
    throw new Error("for the rows with TLS the load generator needs OpenSSL: apt-get install libssl-dev");
  }
  if (!gcc.success) throw new Error(`gcc does not compile ${SOURCE}: ${told}`);
  return program;
}

/** @param onOpen called once an idle load has all its connections */
export async function generate(
  program: string,
  args: readonly string[],
  port: number,
  seconds: number,
  onOpen?: () => void,
): Promise<Load> {
  const child = new Deno.Command(program, {
    args: [...args, "-p", String(port), "-t", String(seconds)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let told = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      told += text;
      if (/^\d+ open$/m.test(text)) onOpen?.();
    }
  })();
  const [answer, status] = await Promise.all([new Response(child.stdout).text(), child.status, reading]);
  if (answer === "") return { figures: {}, failure: told.trim() || `mqttload ended with ${status.code}` };
  const figures: Figures = Object.fromEntries(
    Object.entries(JSON.parse(answer)).filter((entry): entry is [string, number] =>
      typeof entry[1] === "number"
    ),
  );
  if (status.success) return { figures, failure: undefined };
  const losses = ["lost", "unacked", "refused"].filter((key) => (figures[key] ?? 0) !== 0);
  return { figures, failure: losses.map((key) => `${figures[key]} ${key}`).join(", ") };
}
