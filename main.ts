// Hookline's entry: hands the command line to src/cli and exits with its code.
import { main } from "./src/cli/cli.ts";
Deno.exit(await main(Deno.args));
