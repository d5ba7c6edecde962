// Who may come in by which listener: closed by default, and told where it is not.
import { addressText } from "../base/peer_address.ts";
import type { Document } from "./_document.ts";
import type { TcpListener } from "./config.ts";
import { isLoopback } from "./units.ts";

const HOW_TO_CLOSE = "name a file of passwords in auth.password_file (`hookline passwd` writes one)";

/**
 * The listeners with what `allow_anonymous` is where nobody wrote it: true only while nothing authenticates
 * clients. One that others reach is refused where nothing does and nobody wrote that all may come.
 */
export function closeDoors(
  doc: Document,
  listeners: readonly TcpListener[],
  authenticates: boolean,
): readonly TcpListener[] {
  return listeners.map((listener) => {
    const path = ["listener", "tcp", listener.name, "allow_anonymous"];
    const isWritten = doc.has(path);
    const options = { ...listener.options, ...!isWritten && authenticates && { allowAnonymous: false } };
    if (!authenticates) tell(doc, listener, isWritten);
    return { ...listener, options };
  });
}

function tell(doc: Document, listener: TcpListener, isWritten: boolean): void {
  const { name, hostname, options: { allowAnonymous } } = listener;
  const path = ["listener", "tcp", name];
  const others = `others reach ${addressText(listener)}, and nothing authenticates clients`;
  if (!allowAnonymous) {
    doc.warn([...path, "allow_anonymous"], `locks every client out: to let some in, ${HOW_TO_CLOSE}`);
  } else if (isLoopback(hostname)) {
    return;
  } else if (isWritten) {
    doc.warn(
      [...path, "allow_anonymous"],
      `${others}: whoever does may do everything; to close it, ${HOW_TO_CLOSE}`,
    );
  } else {
    doc.error(
      path,
      `${others}: ${HOW_TO_CLOSE}, or write allow_anonymous = true if everyone may come in, ` +
        'or an addr that only this machine reaches, such as "127.0.0.1:1883"',
    );
  }
}
