// Listens on a TCP port, and hands each connection over as a Transport.
import { addressText } from "../base/peer_address.ts";
import { acceptAll, ConnTransport } from "./accept.ts";
import type { Listener } from "./listener.ts";
import { isSocketFile, type ListenOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** Of the shape that `Listen` describes. */
export function listenTcp(
  options: () => ListenOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
): Listener {
  const { place } = options();
  if (isSocketFile(place)) throw new Error("a TCP listener was given a file");
  const socket = Deno.listen({ hostname: place.hostname, port: place.port });
  const made = (conn: Deno.TcpConn): Transport => {
    if (options().nodelay) conn.setNoDelay(true);
    return new ConnTransport(conn, joinAddress(conn.remoteAddr));
  };
  const address = socket.addr;
  return {
    address: joinAddress(address),
    port: address.port,
    close: acceptAll(socket, made, onTransport, onError),
  };
}

function joinAddress(address: Deno.NetAddr): string {
  // A listener on `[::]` sees IPv4 peers as `::ffff:10.0.0.7`.
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address.hostname)?.[1];
  return addressText(ipv4 === undefined ? address : { hostname: ipv4, port: address.port });
}
