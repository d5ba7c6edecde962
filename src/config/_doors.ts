// Who may come in by which listener: closed by default, and told where it is not.
import { isLocal, placeText } from "../listeners/options.ts";
import type { Document } from "./_document.ts";
import type { ServedListener } from "./config.ts";

const HOW_TO_CLOSE = "name a file of passwords in auth.password_file (`hookline passwd` writes one)";

/**
 * The listeners with what `allow_anonymous` is where nobody wrote it: true only while nothing authenticates
 * clients. One that others reach is refused where nothing does and nobody wrote that all may come.
 * @param byCertificate whether a certificate that a listener asks for lets a client in
 */
export function closeDoors(
  doc: Document,
  listeners: readonly ServedListener[],
  authenticates: boolean,
  byCertificate: boolean,
): readonly ServedListener[] {
  return listeners.map((listener) => {
    const { kind, name, tls } = listener;
    const isWritten = doc.has(["listener", kind, name, "allow_anonymous"]);
    const isGuarded = authenticates || (byCertificate && tls?.clientCa !== undefined);
    const options = { ...listener.options, ...!isWritten && isGuarded && { allowAnonymous: false } };
    if (!isGuarded) tell(doc, listener, isWritten);
    return { ...listener, options };
  });
}

function tell(doc: Document, listener: ServedListener, isWritten: boolean): void {
  const { kind, name, place, options: { allowAnonymous } } = listener;
  const path = ["listener", kind, name];
  const others = `others reach ${placeText(place)}, and nothing authenticates clients`;
  if (!allowAnonymous) {
    doc.warn([...path, "allow_anonymous"], `locks every client out: to let some in, ${HOW_TO_CLOSE}`);
  } else if (isLocal(place)) {
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
