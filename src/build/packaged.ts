// What stands in /usr/bin of the Debian package, in the self-contained form.
import { launchLines } from "./launch.ts";
import { VERSION } from "./project.ts";
import { filled } from "./template.ts";

/** @param dir where the runtime and the program lie, unpacked */
export async function packagedLauncher(dir: string): Promise<string> {
  return await filled("deb/launcher.sh", { VERSION, DIR: dir, LAUNCH: launchLines() });
}
