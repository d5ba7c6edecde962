// Which events of a file are wanted.
import { topicMatches } from "../mqtt/topics.ts";
import type { LoggedEvent } from "./event.ts";

/** Every part that is given must hold. */
export interface Filter {
  /** Any of these is the `action`; empty: all. */
  readonly actions: readonly string[];
  /** A well-formed Topic Filter that the `topic` matches. */
  readonly topic: string | undefined;
  /** The Client Identifier the event is about, or the one that published the message. */
  readonly client: string | undefined;
}

/** Whether nothing is filtered out. */
export function selectsAll(filter: Filter): boolean {
  return filter.actions.length === 0 && filter.topic === undefined && filter.client === undefined;
}

export function selects(filter: Filter, event: LoggedEvent): boolean {
  return matchesAction(filter.actions, event) && matchesTopic(filter.topic, event) &&
    matchesClient(filter.client, event);
}

function matchesAction(actions: readonly string[], event: LoggedEvent): boolean {
  const action = event.text("action");
  return actions.length === 0 || (action !== undefined && actions.includes(action));
}

function matchesTopic(filter: string | undefined, event: LoggedEvent): boolean {
  if (filter === undefined) return true;
  const topic = event.text("topic");
  return topic !== undefined && topicMatches(filter, topic);
}

function matchesClient(client: string | undefined, event: LoggedEvent): boolean {
  return client === undefined || event.text("clientid") === client || event.text("from_clientid") === client;
}
