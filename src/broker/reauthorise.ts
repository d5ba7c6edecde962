// Subscriptions that were granted before, decided again: after a reload, and for whoever takes up a session.
import { errorText } from "../base/error_text.ts";
import type { Principal } from "../access/access.ts";
import type { BrokerContext } from "./context.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/**
 * After a reload: what its client may have no longer delivers nothing more.
 * @param mayStay whether the client may be here at all; without it, it may have nothing
 */
export function reauthorise(context: BrokerContext, session: Session, mayStay: boolean): void {
  const { principal } = session;
  if (principal === undefined) return;
  for (const subscription of [...session.subscriptions.values()]) {
    const decision = mayStay && principal.maySubscribe(subscription.filter, subscription.qos);
    if (decision === false) revoke(context, session, subscription);
    else if (decision !== true) {
      void settled(context, principal, decision).then((allowed) => {
        context.turn.enter();
        if (!allowed) revoke(context, session, subscription);
      });
    }
  }
}

/** The decisions, on what a session has, that must be waited for; `undefined` where there is none. */
export function pendingDecisions(
  context: BrokerContext,
  principal: Principal,
  session: Session,
): Promise<ReadonlyMap<Subscription, boolean>> | undefined {
  const pending: Promise<readonly [Subscription, boolean]>[] = [];
  for (const subscription of session.subscriptions.values()) {
    const decision = principal.maySubscribe(subscription.filter, subscription.qos);
    if (typeof decision === "boolean") continue;
    pending.push(settled(context, principal, decision).then((allowed) => [subscription, allowed] as const));
  }
  return pending.length === 0 ? undefined : Promise.all(pending).then((decided) => new Map(decided));
}

/**
 * Revokes what the session's client may not have.
 * @param decided what had to be waited for; what is not in it is asked now, and must be answered at once
 */
export function revokeDenied(
  context: BrokerContext,
  session: Session,
  decided: ReadonlyMap<Subscription, boolean> = new Map(),
): void {
  const { principal } = session;
  for (const subscription of [...session.subscriptions.values()]) {
    const decision = decided.get(subscription) ??
      principal?.maySubscribe(subscription.filter, subscription.qos) ?? true;
    if (typeof decision !== "boolean") void settled(context, principal, decision);
    if (decision !== true) revoke(context, session, subscription);
  }
}

function revoke({ hooks }: BrokerContext, session: Session, subscription: Subscription): void {
  if (!session.revoke(subscription, "NotAuthorized")) return;
  hooks.session_unsubscribed?.({ identity: session.identity, topic: subscription.filter });
}

/** One that rejects allows nothing; the log has why. */
export function settled(
  { log }: BrokerContext,
  principal: Principal | undefined,
  decision: Promise<boolean>,
): Promise<boolean> {
  return decision.catch((error) => {
    const fields = { peer: principal?.address ?? "", error: errorText(error) };
    log("error", "what a client may do could not be decided", fields);
    return false;
  });
}
