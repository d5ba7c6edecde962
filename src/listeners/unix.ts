// Listens on a Unix socket: a file, whose mode says who of this machine may connect.
import { acceptAll, ConnTransport } from "./accept.ts";
import type { Listener } from "./listener.ts";
import { isSocketFile, type ListenOptions, placeText } from "./options.ts";
import type { Transport } from "./transport.ts";

/** Of the shape that `Listen` describes. The file is removed when it closes. */
export async function listenUnix(
  options: () => ListenOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
): Promise<Listener> {
  const { place } = options();
  if (!isSocketFile(place)) throw new Error("a Unix listener was given an address");
  await removeStale(place.path);
  const socket = Deno.listen({ transport: "unix", path: place.path });
  try {
    Deno.chmodSync(place.path, place.mode);
  } catch (error) {
    socket.close();
    throw error;
  }
  const peer = placeText(place);
  const made = (conn: Deno.Conn): Transport => new ConnTransport(conn, peer);
  let isOpen = true;
  const close = acceptAll(socket, made, onTransport, onError);
  return {
    address: peer,
    port: 0,
    close: () => {
      // Once: a later file of this name is another listener's.
      if (isOpen) remove(place.path);
      isOpen = false;
      return close();
    },
  };
}

/** Deno does it too, but only after a while, in which the process may have ended. */
function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Closed before, or somebody else removed it: it is gone.
  }
}

/**
 * Removes a socket that nobody listens on any more. Throws Deno.errors.AddrInUse where somebody does, or it
 * is none.
 */
async function removeStale(path: string): Promise<void> {
  try {
    if (!Deno.lstatSync(path).isSocket) {
      throw new Deno.errors.AlreadyExists("there is another file of this name");
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return Deno.removeSync(path);
  }
  throw new Deno.errors.AddrInUse();
}
