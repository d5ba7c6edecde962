// The view of clients: searched and sorted by the broker, by rate here; subscriptions and kicking on request.
import type { ClientInfo, SubscriptionInfo } from "../../api_types.ts";
import type { Api, Query } from "../../reader/api.ts";
import { type AllClients, allClients } from "../../reader/all_clients.ts";
import { RatesOfClients } from "../../reader/client_rates.ts";
import { bytesText, countText, rateText } from "../../reader/figures.ts";
import { ask, errorText, tell } from "./dialog.ts";
import { byId, type Item, make, Rows, setAttribute, setText } from "./dom.ts";
import { classOf, type Column, Heads } from "./head_cells.ts";
import type { View } from "./view.ts";

/** Rows shown at first, and added by each `Show more`. */
const PAGE = 100;

const COLUMNS: readonly Column[] = [
  { title: "Client Identifier", sort: "clientid" },
  { title: "User", wide: true },
  { title: "Address", sort: "ip_address", wide: true },
  { title: "MQTT", wide: true },
  { title: "Connected", sort: "connected_at", wide: true },
  { title: "Subs", number: true, wide: true },
  { title: "Queue", number: true, sort: "mqueue_len" },
  { title: "In flight", number: true, sort: "inflight", wide: true },
  { title: "In/s", number: true, sort: "in" },
  { title: "Out/s", number: true, sort: "out" },
];
/** Where the queue's length stands, the first column not counted. */
const QUEUE = 5;
const FOR_EVER = 0xffff_ffff;
/** Subscriptions of one client that are shown. */
const MOST_SUBSCRIPTIONS = 200;
const VERSIONS: Readonly<Record<number, string>> = { 3: "3.1", 4: "3.1.1", 5: "5.0" };

/** A client's row, or the one under it that tells more. */
interface Line {
  readonly client: ClientInfo;
  readonly under: boolean;
}

export class ClientsView implements View {
  readonly every = 1_000;
  readonly #api: Api;
  readonly #search = byId<HTMLInputElement>("client-search");
  readonly #kind = byId<HTMLSelectElement>("client-search-kind");
  readonly #body = byId("client-rows");
  readonly #more = byId<HTMLButtonElement>("clients-more");
  readonly #heads: Heads;
  readonly #rates = new RatesOfClients();
  readonly #changed: () => void;
  readonly #rows = new Rows<Line>(
    this.#body,
    ({ client, under }) => under ? this.#under() : this.#row(client),
  );
  #shown = PAGE;
  #order: readonly string[] = [];
  /** The client of which more is told, and its subscriptions. */
  #opened: { readonly clientid: string; subscriptions: string } | undefined;

  /** @param changed called when another answer is wanted at once */
  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
    const other = (): void => {
      this.#order = [];
      changed();
    };
    this.#heads = new Heads(byId("client-head"), COLUMNS, "clientid", other);
    byId("client-head").append(make("th", { scope: "col" }, make("span", { class: "unseen" }, "Actions")));
    this.#search.addEventListener("input", other);
    this.#kind.addEventListener("input", other);
    this.#more.addEventListener("click", () => {
      this.#shown += PAGE;
      other();
    });
  }

  async refresh(): Promise<void> {
    const began = performance.now();
    const byRate = this.#heads.sort === "in" || this.#heads.sort === "out";
    const { rows, total } = byRate ? await allClients(this.#api, this.#query()) : await this.#first();
    this.#rates.take(rows, performance.now());
    if (byRate) this.#sortByRate(rows);
    this.#rates.forgetBefore(began - 60_000);
    const shown = this.#held(rows).slice(0, this.#shown);
    await this.#askOpened();
    this.#rows.show(
      shown.flatMap((client) =>
        client.clientid === this.#opened?.clientid
          ? [{ client, under: false }, { client, under: true }]
          : [{ client, under: false }]
      ),
      ({ client, under }) => `${under} ${client.clientid}`,
    );
    this.#more.hidden = total <= this.#shown;
    setText(
      byId("clients-shown"),
      shown.length < total
        ? `${countText(shown.length)} of ${countText(total)} shown`
        : `${countText(total)} shown`,
    );
  }

  #query(): Query {
    const text = this.#search.value.trim();
    return { [this.#kind.value]: text === "" ? undefined : text };
  }

  async #first(): Promise<AllClients> {
    const { sort, order } = this.#heads;
    const query = { ...this.#query(), _sort: sort, _order: order, _limit: this.#shown };
    return await this.#api.list<ClientInfo>("api/v1/clients", query);
  }

  #sortByRate(rows: ClientInfo[]): void {
    const which = this.#heads.sort === "in" ? "in" : "out";
    const sign = this.#heads.order === "asc" ? 1 : -1;
    rows.sort((a, b) => sign * (this.#rates.of(a.clientid)[which] - this.#rates.of(b.clientid)[which]));
  }

  /** The rows, in the order they had while someone points at them: none moves away from under a finger. */
  #held(rows: readonly ClientInfo[]): readonly ClientInfo[] {
    if (!this.#body.matches(":hover, :focus-within")) {
      this.#order = rows.map(({ clientid }) => clientid);
      return rows;
    }
    const place = new Map(this.#order.map((clientid, i) => [clientid, i]));
    const placeOf = ({ clientid }: ClientInfo): number => place.get(clientid) ?? Infinity;
    return [...rows].sort((a, b) => placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0);
  }

  #row({ clientid }: ClientInfo): Item<Line> {
    const open = make("button", { type: "button", class: "plain" }, clientid);
    open.addEventListener("click", () => this.#open(clientid));
    const kick = make("button", { type: "button", "aria-label": `Kick ${clientid}` }, "Kick");
    kick.addEventListener("click", () => void this.#kick(clientid));
    const cells = COLUMNS.slice(1).map((column) => make("td", { class: classOf(column) }));
    const element = make(
      "tr",
      {},
      make("td", { class: "text" }, open),
      ...cells,
      make("td", { class: "n" }, kick),
    );
    return {
      element,
      update: ({ client }) => {
        setAttribute(open, "aria-expanded", String(this.#opened?.clientid === clientid));
        for (const [i, text] of this.#texts(client).entries()) {
          const cell = cells[i];
          if (cell !== undefined) setText(cell, text);
        }
        cells[QUEUE]?.classList.toggle("careful", client.mqueue_len > 0);
      },
    };
  }

  /** Of every column but the first. */
  #texts(client: ClientInfo): string[] {
    const rates = this.#rates.of(client.clientid);
    return [
      client.username === "undefined" ? "" : client.username,
      client.connected ? `${client.ip_address}:${client.port}` : "away",
      VERSIONS[client.proto_ver] ?? String(client.proto_ver),
      client.connected ? client.connected_at : `until ${client.disconnected_at}`,
      countText(client.subscriptions_cnt),
      countText(client.mqueue_len),
      countText(client.inflight),
      rateText(rates.in),
      rateText(rates.out),
    ];
  }

  #under(): Item<Line> {
    const list = make("dl");
    const element = make("tr", { class: "under" }, make("td", { colspan: COLUMNS.length + 1 }, list));
    const rows = new Rows<readonly [string, string]>(list, ([title]) => {
      const value = make("dd");
      return {
        element: make("div", {}, make("dt", {}, title), value),
        update: ([, text]) => setText(value, text),
      };
    });
    return {
      element,
      update: ({ client }) => rows.show(this.#told(client), ([title]) => title),
    };
  }

  #told(client: ClientInfo): (readonly [string, string])[] {
    const will = client.last_will;
    const told: (readonly [string, string])[] = [
      ["Subscriptions", this.#opened?.subscriptions ?? ""],
      ["Session since", client.created_at],
      ["Session Expiry", client.expiry_interval === FOR_EVER ? "never" : `${client.expiry_interval} s`],
      ["Keep Alive", `${client.keepalive} s`],
      ["Listener", client.listener],
      ["Waiting", bytesText(client.mqueue_bytes)],
      ["Published", countText(client.received)],
      ["Sent to it", countText(client.sent)],
      ["Will Topic", will === null ? "" : will.topic],
      ["Left because of", client.disconnected_reason],
    ];
    return told.filter(([, text]) => text !== "");
  }

  async #kick(clientid: string): Promise<void> {
    if (!await ask(`End the connection and the session of ${clientid}?`, "Kick")) return;
    try {
      await this.#api.send("DELETE", `api/v1/clients/${encodeURIComponent(clientid)}`);
      tell(`${clientid} was kicked.`);
    } catch (error) {
      tell(`${clientid} was not kicked: ${errorText(error)}.`);
    }
    this.#changed();
  }

  #open(clientid: string): void {
    this.#opened = clientid === this.#opened?.clientid ? undefined : { clientid, subscriptions: "…" };
    this.#changed();
  }

  async #askOpened(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    const path = `api/v1/subscriptions/${encodeURIComponent(opened.clientid)}`;
    const { rows, total } = await this.#api.list<SubscriptionInfo>(path, { _limit: MOST_SUBSCRIPTIONS });
    const texts = rows.map(({ topic, qos, share }) =>
      `${share === null ? "" : `$share/${share}/`}${topic} (QoS ${qos})`
    );
    if (total > rows.length) texts.push(`and ${countText(total - rows.length)} more`);
    opened.subscriptions = texts.length === 0 ? "none" : texts.join(", ");
  }
}
