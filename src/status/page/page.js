// src/status/reader/sse.ts
var LONGEST = 4 * 1024 * 1024;
async function* serverSentEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop() ?? "";
      if (text.length > LONGEST) throw new Error(`an event has more than ${LONGEST} characters`);
      for (const block of blocks) {
        const event = parseBlock(block);
        if (event !== void 0) yield event;
      }
    }
  } finally {
    await reader.cancel();
  }
}
function parseBlock(block) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data.push(line.slice(6));
  }
  return data.length === 0 ? void 0 : {
    event,
    data: data.join("\n")
  };
}

// src/status/reader/api.ts
var PATIENCE = 1e4;
var ApiError = class extends Error {
  status;
  name;
  constructor(status, message) {
    super(message), this.status = status, this.name = "ApiError";
  }
};
var Api = class {
  base;
  token;
  fetch;
  /**
   * @param base what paths are relative to, ended by `/`: `http://127.0.0.1:6060/`
   * @param token sent as `Authorization: Bearer …` where there is one
   */
  constructor(base, token, fetch = (url, init) => globalThis.fetch(url, init)) {
    this.base = base;
    this.token = token;
    this.fetch = fetch;
  }
  /** Rejects with ApiError, or with a TypeError where nobody answers. */
  async get(path, query = {}) {
    return await (await this.#ask("GET", path, query, AbortSignal.timeout(PATIENCE))).json();
  }
  /**
   * Asks for a list of which the answer may have a part only: `total` is of the whole. Rejects as `get` does.
   */
  async list(path, query = {}) {
    const response = await this.#ask("GET", path, query, AbortSignal.timeout(PATIENCE));
    const rows = await response.json();
    return {
      rows,
      total: Number(response.headers.get("X-Total-Count") ?? rows.length)
    };
  }
  /**
   * Changes something; resolves to the answer's text. Rejects as `get` does.
   * @param patience how long that may take, milliseconds
   */
  async send(method, path, body, patience = PATIENCE) {
    const signal = AbortSignal.timeout(patience);
    return await (await this.#ask(method, path, {}, signal, body)).text();
  }
  /** Gives the events of a stream until it ends or `signal` is aborted. Rejects as `get` does. */
  async *follow(path, query, signal) {
    const { body } = await this.#ask("GET", path, query, signal);
    if (body !== null) yield* serverSentEvents(body);
  }
  async #ask(method, path, query, signal, body) {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== void 0 && value !== "") url.searchParams.set(name, String(value));
    }
    const headers = new Headers();
    const token = this.token();
    if (token !== void 0) headers.set("Authorization", `Bearer ${token}`);
    if (body !== void 0) headers.set("Content-Type", "application/json");
    const response = await this.fetch(url, {
      method,
      headers,
      signal,
      cache: "no-store",
      ...body === void 0 ? {} : {
        body: JSON.stringify(body)
      }
    });
    if (response.ok) return response;
    throw new ApiError(response.status, problemIn(await response.text()) ?? `status ${response.status}`);
  }
};
function problemIn(text) {
  try {
    return JSON.parse(text)?.error;
  } catch {
    return void 0;
  }
}

// src/status/reader/all_clients.ts
var PART = 500;
async function allClients(api, query = {}) {
  const all = /* @__PURE__ */ new Map();
  for (let offset = 0; ; offset += PART) {
    const part = {
      ...query,
      _limit: PART,
      _offset: offset
    };
    const { rows, total } = await api.list("api/v1/clients", part);
    for (const row of rows) all.set(row.clientid, row);
    if (rows.length === 0 || offset + rows.length >= total) return {
      rows: [
        ...all.values()
      ],
      total
    };
  }
}

// src/status/reader/client_rates.ts
var CLOSEST = 500;
var NONE = {
  in: 0,
  out: 0
};
var RatesOfClients = class {
  #known = /* @__PURE__ */ new Map();
  /**
   * Takes the counters of these clients.
   * @param at milliseconds on a clock that never goes back
   */
  take(clients, at) {
    for (const { clientid, received, sent } of clients) {
      const before = this.#known.get(clientid);
      if (before !== void 0 && at - before.at < CLOSEST) continue;
      const rate = (now, then) => before === void 0 || then === void 0 || now < then ? 0 : (now - then) * 1e3 / (at - before.at);
      this.#known.set(clientid, {
        at,
        received,
        sent,
        in: rate(received, before?.received),
        out: rate(sent, before?.sent)
      });
    }
  }
  of(clientid) {
    return this.#known.get(clientid) ?? NONE;
  }
  /** Forgets clients that no answer had since `at`. */
  forgetBefore(at) {
    for (const [clientid, known] of this.#known) if (known.at < at) this.#known.delete(clientid);
  }
};

// src/status/reader/figures.ts
var WHOLE = new Intl.NumberFormat("en-US", {
  maximumFractionDigits: 0
});
var TENTHS = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1
});
function countText(count) {
  return WHOLE.format(count);
}
function rateText(rate) {
  return rate === 0 || rate >= 100 ? WHOLE.format(rate) : TENTHS.format(rate);
}
function bytesText(bytes) {
  if (bytes < 1e3) return `${bytes} B`;
  const units = [
    "kB",
    "MB",
    "GB",
    "TB"
  ];
  let value = bytes / 1e3;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1e3;
    unit++;
  }
  return `${value < 9.95 ? TENTHS.format(value) : WHOLE.format(value)} ${units[unit]}`;
}
function durationText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor(whole / 3600) % 24} h`;
}

// src/status/page/script/dom.ts
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}
function setAttribute(element, name, value) {
  if (value === void 0 || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`page.html has no #${id}`);
  return element;
}
var Rows = class {
  #parent;
  #makeItem;
  #items = /* @__PURE__ */ new Map();
  constructor(parent, makeItem) {
    this.#parent = parent;
    this.#makeItem = makeItem;
  }
  show(rows, keyOf) {
    const items = /* @__PURE__ */ new Map();
    let place = this.#parent.firstElementChild;
    for (const row of rows) {
      const key = keyOf(row);
      const item = this.#items.get(key) ?? this.#makeItem(row);
      items.set(key, item);
      item.update(row);
      if (item.element === place) place = place.nextElementSibling;
      else this.#parent.insertBefore(item.element, place);
    }
    for (const [key, item] of this.#items) if (!items.has(key)) item.element.remove();
    this.#items = items;
  }
};

// src/status/page/script/dialog.ts
var TOLD_FOR = 8e3;
function ask(question, yes) {
  const dialog = byId("question");
  setText(byId("question-text"), question);
  setText(byId("question-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {
      once: true
    });
  });
}
function tell(text) {
  const told = byId("told");
  setText(told, text);
  setTimeout(() => {
    if (told.textContent === text) setText(told, "");
  }, TOLD_FOR);
}
function errorText(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\.$/, "");
}

// src/status/page/script/head_cells.ts
var Heads = class {
  #cells;
  sort;
  order = "asc";
  /** @param changed called when another order is wanted */
  constructor(row, columns, sort, changed) {
    this.sort = sort;
    this.#cells = columns.map((column) => {
      const { title, sort: by } = column;
      const cell = make("th", {
        scope: "col",
        class: classOf(column)
      });
      if (by === void 0) cell.append(title);
      else {
        const button = make("button", {
          type: "button"
        }, title);
        button.addEventListener("click", () => {
          this.#by(by, column.number === true);
          changed();
        });
        cell.append(button);
      }
      return [
        column,
        cell
      ];
    });
    row.append(...this.#cells.map(([, cell]) => cell));
    this.#show();
  }
  #by(sort, largestFirst) {
    const other = this.order === "asc" ? "desc" : "asc";
    this.order = sort === this.sort ? other : largestFirst ? "desc" : "asc";
    this.sort = sort;
    this.#show();
  }
  #show() {
    for (const [{ sort }, cell] of this.#cells) {
      const word = this.order === "asc" ? "ascending" : "descending";
      setAttribute(cell, "aria-sort", sort !== void 0 && sort === this.sort && word);
    }
  }
};
function classOf({ number, wide }) {
  const names = [
    number === true ? "n" : "",
    wide === true ? "wide" : ""
  ].filter((name) => name !== "");
  return names.length === 0 ? void 0 : names.join(" ");
}

// src/status/page/script/clients.ts
var PAGE = 100;
var COLUMNS = [
  {
    title: "Client Identifier",
    sort: "clientid"
  },
  {
    title: "User",
    wide: true
  },
  {
    title: "Address",
    sort: "ip_address",
    wide: true
  },
  {
    title: "MQTT",
    wide: true
  },
  {
    title: "Connected",
    sort: "connected_at",
    wide: true
  },
  {
    title: "Subs",
    number: true,
    wide: true
  },
  {
    title: "Queue",
    number: true,
    sort: "mqueue_len"
  },
  {
    title: "In flight",
    number: true,
    sort: "inflight",
    wide: true
  },
  {
    title: "In/s",
    number: true,
    sort: "in"
  },
  {
    title: "Out/s",
    number: true,
    sort: "out"
  }
];
var QUEUE = 5;
var FOR_EVER = 4294967295;
var MOST_SUBSCRIPTIONS = 200;
var VERSIONS = {
  3: "3.1",
  4: "3.1.1",
  5: "5.0"
};
var ClientsView = class {
  every = 1e3;
  #api;
  #search = byId("client-search");
  #kind = byId("client-search-kind");
  #body = byId("client-rows");
  #more = byId("clients-more");
  #heads;
  #rates = new RatesOfClients();
  #changed;
  #rows = new Rows(this.#body, ({ client, under }) => under ? this.#under() : this.#row(client));
  #shown = PAGE;
  #order = [];
  /** The client of which more is told, and its subscriptions. */
  #opened;
  /** @param changed called when another answer is wanted at once */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
    const other = () => {
      this.#order = [];
      changed();
    };
    this.#heads = new Heads(byId("client-head"), COLUMNS, "clientid", other);
    byId("client-head").append(make("th", {
      scope: "col"
    }, make("span", {
      class: "unseen"
    }, "Actions")));
    this.#search.addEventListener("input", other);
    this.#kind.addEventListener("input", other);
    this.#more.addEventListener("click", () => {
      this.#shown += PAGE;
      other();
    });
  }
  async refresh() {
    const began = performance.now();
    const byRate = this.#heads.sort === "in" || this.#heads.sort === "out";
    const { rows, total } = byRate ? await allClients(this.#api, this.#query()) : await this.#first();
    this.#rates.take(rows, performance.now());
    if (byRate) this.#sortByRate(rows);
    this.#rates.forgetBefore(began - 6e4);
    const shown = this.#held(rows).slice(0, this.#shown);
    await this.#askOpened();
    this.#rows.show(shown.flatMap((client) => client.clientid === this.#opened?.clientid ? [
      {
        client,
        under: false
      },
      {
        client,
        under: true
      }
    ] : [
      {
        client,
        under: false
      }
    ]), ({ client, under }) => `${under} ${client.clientid}`);
    this.#more.hidden = total <= this.#shown;
    setText(byId("clients-shown"), shown.length < total ? `${countText(shown.length)} of ${countText(total)} shown` : `${countText(total)} shown`);
  }
  #query() {
    const text = this.#search.value.trim();
    return {
      [this.#kind.value]: text === "" ? void 0 : text
    };
  }
  async #first() {
    const { sort, order } = this.#heads;
    const query = {
      ...this.#query(),
      _sort: sort,
      _order: order,
      _limit: this.#shown
    };
    return await this.#api.list("api/v1/clients", query);
  }
  #sortByRate(rows) {
    const which = this.#heads.sort === "in" ? "in" : "out";
    const sign = this.#heads.order === "asc" ? 1 : -1;
    rows.sort((a, b) => sign * (this.#rates.of(a.clientid)[which] - this.#rates.of(b.clientid)[which]));
  }
  /** The rows, in the order they had while someone points at them: none moves away from under a finger. */
  #held(rows) {
    if (!this.#body.matches(":hover, :focus-within")) {
      this.#order = rows.map(({ clientid }) => clientid);
      return rows;
    }
    const place = new Map(this.#order.map((clientid, i) => [
      clientid,
      i
    ]));
    const placeOf = ({ clientid }) => place.get(clientid) ?? Infinity;
    return [
      ...rows
    ].sort((a, b) => placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0);
  }
  #row({ clientid }) {
    const open = make("button", {
      type: "button",
      class: "plain"
    }, clientid);
    open.addEventListener("click", () => this.#open(clientid));
    const kick = make("button", {
      type: "button",
      "aria-label": `Kick ${clientid}`
    }, "Kick");
    kick.addEventListener("click", () => void this.#kick(clientid));
    const cells = COLUMNS.slice(1).map((column) => make("td", {
      class: classOf(column)
    }));
    const element = make("tr", {}, make("td", {
      class: "text"
    }, open), ...cells, make("td", {
      class: "n"
    }, kick));
    return {
      element,
      update: ({ client }) => {
        setAttribute(open, "aria-expanded", String(this.#opened?.clientid === clientid));
        for (const [i, text] of this.#texts(client).entries()) {
          const cell = cells[i];
          if (cell !== void 0) setText(cell, text);
        }
        cells[QUEUE]?.classList.toggle("careful", client.mqueue_len > 0);
      }
    };
  }
  /** Of every column but the first. */
  #texts(client) {
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
      rateText(rates.out)
    ];
  }
  #under() {
    const list = make("dl");
    const element = make("tr", {
      class: "under"
    }, make("td", {
      colspan: COLUMNS.length + 1
    }, list));
    const rows = new Rows(list, ([title]) => {
      const value = make("dd");
      return {
        element: make("div", {}, make("dt", {}, title), value),
        update: ([, text]) => setText(value, text)
      };
    });
    return {
      element,
      update: ({ client }) => rows.show(this.#told(client), ([title]) => title)
    };
  }
  #told(client) {
    const will = client.last_will;
    const told = [
      [
        "Subscriptions",
        this.#opened?.subscriptions ?? ""
      ],
      [
        "Session since",
        client.created_at
      ],
      [
        "Session Expiry",
        client.expiry_interval === FOR_EVER ? "never" : `${client.expiry_interval} s`
      ],
      [
        "Keep Alive",
        `${client.keepalive} s`
      ],
      [
        "Listener",
        client.listener
      ],
      [
        "Waiting",
        bytesText(client.mqueue_bytes)
      ],
      [
        "Published",
        countText(client.received)
      ],
      [
        "Sent to it",
        countText(client.sent)
      ],
      [
        "Will Topic",
        will === null ? "" : will.topic
      ],
      [
        "Left because of",
        client.disconnected_reason
      ]
    ];
    return told.filter(([, text]) => text !== "");
  }
  async #kick(clientid) {
    if (!await ask(`End the connection and the session of ${clientid}?`, "Kick")) return;
    try {
      await this.#api.send("DELETE", `api/v1/clients/${encodeURIComponent(clientid)}`);
      tell(`${clientid} was kicked.`);
    } catch (error) {
      tell(`${clientid} was not kicked: ${errorText(error)}.`);
    }
    this.#changed();
  }
  #open(clientid) {
    this.#opened = clientid === this.#opened?.clientid ? void 0 : {
      clientid,
      subscriptions: "\u2026"
    };
    this.#changed();
  }
  async #askOpened() {
    const opened = this.#opened;
    if (opened === void 0) return;
    const path = `api/v1/subscriptions/${encodeURIComponent(opened.clientid)}`;
    const { rows, total } = await this.#api.list(path, {
      _limit: MOST_SUBSCRIPTIONS
    });
    const texts = rows.map(({ topic, qos, share }) => `${share === null ? "" : `$share/${share}/`}${topic} (QoS ${qos})`);
    if (total > rows.length) texts.push(`and ${countText(total - rows.length)} more`);
    opened.subscriptions = texts.length === 0 ? "none" : texts.join(", ");
  }
};

// src/mqtt/topics.ts
var MAX_BYTES = 65535;
var HASH = "#".charCodeAt(0);
var PLUS = "+".charCodeAt(0);
var encoder = new TextEncoder();
function topicFilterProblem(filter) {
  const problem = commonProblem(filter, "Topic Filter");
  if (problem !== void 0) return problem;
  if (!filter.includes("#") && !filter.includes("+")) return void 0;
  const levels = filter.split("/");
  for (const [i, level] of levels.entries()) {
    if (level.includes("#") && (level !== "#" || i !== levels.length - 1)) {
      return "# must stand alone in the last level of a Topic Filter";
    }
    if (level.includes("+") && level !== "+") return "+ must stand alone in its level of a Topic Filter";
  }
  return void 0;
}
function topicMatches(filter, topic) {
  if (filter === topic) return true;
  if (isHidden(filter, topic)) return false;
  let f = 0;
  for (let t = 0; ; f++, t++) {
    const wanted = filter.charCodeAt(f);
    if (wanted === HASH) return true;
    if (wanted === PLUS) {
      t = topic.indexOf("/", t);
      if (t < 0) t = topic.length;
      f++;
    }
    if (t === topic.length) return f === filter.length || filter.slice(f) === "/#";
    if (filter.charCodeAt(f) !== topic.charCodeAt(t)) return false;
  }
}
function isHidden(filter, topic) {
  return topic.startsWith("$") && (filter.startsWith("#") || filter.startsWith("+"));
}
function commonProblem(text, what) {
  if (text === "") return `a ${what} must have at least one character`;
  if (text.includes("\0")) return `a ${what} must not contain U+0000`;
  if (text.length * 3 > MAX_BYTES && encoder.encode(text).length > MAX_BYTES) {
    return `a ${what} must not be longer than ${MAX_BYTES} bytes`;
  }
  return void 0;
}

// src/status/reader/payload.ts
var LOOKED_AT = 1024;
var BINARY = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
function payloadLine(base64, most = 200) {
  if (base64 === "") return "(empty)";
  const bytes = decode(base64.slice(0, LOOKED_AT));
  if (bytes === void 0) return base64.slice(0, most);
  const cut = base64.length > LOOKED_AT;
  const text = utf8(bytes, cut) ?? `0x${bytes.toHex()}`;
  return cut || text.length > most ? `${text.slice(0, most)}\u2026` : text;
}
function payloadBytes(base64) {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return base64.length / 4 * 3 - padding;
}
function decode(base64) {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return void 0;
  }
}
function utf8(bytes, goesOn) {
  try {
    const text = new TextDecoder("utf-8", {
      fatal: true
    }).decode(bytes, {
      stream: goesOn
    });
    return BINARY.test(text) ? void 0 : text;
  } catch {
    return void 0;
  }
}

// src/status/reader/stream.ts
var AGAIN_AFTER = 1e3;
var Stream = class {
  #api;
  #path;
  #events;
  #open;
  constructor(api, path, events) {
    this.#api = api;
    this.#path = path;
    this.#events = events;
  }
  /** Follows with these parameters, in place of what was followed before. */
  open(query = {}) {
    this.close();
    const controller = new AbortController();
    this.#open = controller;
    void this.#follow(query, controller.signal);
  }
  close() {
    this.#open?.abort();
    this.#open = void 0;
  }
  async #follow(query, signal) {
    while (!signal.aborted) {
      try {
        for await (const { event, data } of this.#api.follow(this.#path, query, signal)) {
          if (signal.aborted) return;
          if (event === "message") this.#events.onData(data);
          else if (event === "hello") this.#events.onHello(JSON.parse(data));
          else if (event === "missed") this.#events.onMissed(JSON.parse(data));
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#events.onBroken(error);
        if (error instanceof ApiError && error.status < 500) return;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }
};

// src/status/page/script/stream_list.ts
var DRAWN_EVERY = 250;
var StreamList = class {
  most;
  changed;
  #list;
  #itemOf;
  /** Taken and not drawn yet, oldest first. */
  #waiting;
  /** Of those that waited, dropped before they were drawn. */
  #skipped;
  #missed;
  #timer;
  #paused;
  /**
   * @param most entries kept
   * @param changed called when the counts below may have changed
   */
  constructor(list, itemOf3, most, changed) {
    this.most = most;
    this.changed = changed;
    this.#waiting = [];
    this.#skipped = 0;
    this.#missed = 0;
    this.#paused = false;
    this.#list = list;
    this.#itemOf = itemOf3;
  }
  get shown() {
    return this.#list.childElementCount;
  }
  /** Entries that came and were left out, since it was cleared. */
  get skipped() {
    return this.#skipped;
  }
  /** Entries that came since it was paused. */
  get missed() {
    return this.#missed;
  }
  get paused() {
    return this.#paused;
  }
  add(entry) {
    if (this.#paused) this.#missed++;
    else {
      this.#waiting.push(entry);
      if (this.#waiting.length > 2 * this.most) {
        this.#skipped += this.#waiting.length - this.most;
        this.#waiting = this.#waiting.slice(-this.most);
      }
    }
    this.#timer ??= setTimeout(() => this.#draw(), DRAWN_EVERY);
  }
  /** Counts entries that did not even come. */
  leftOut(count) {
    if (this.#paused) this.#missed += count;
    else this.#skipped += count;
    this.#timer ??= setTimeout(() => this.#draw(), DRAWN_EVERY);
  }
  pause() {
    this.#draw();
    this.#paused = true;
    this.#missed = 0;
  }
  resume() {
    this.#paused = false;
    if (this.#missed > 0) {
      this.#list.prepend(make("li", {
        class: "gap"
      }, `${countText(this.#missed)} while paused, not shown`));
    }
    this.#missed = 0;
    this.changed();
  }
  clear() {
    this.#waiting = [];
    this.#skipped = this.#missed = 0;
    this.#list.replaceChildren();
    this.changed();
  }
  #draw() {
    clearTimeout(this.#timer);
    this.#timer = void 0;
    const entries = this.#waiting.slice(-this.most);
    this.#skipped += this.#waiting.length - entries.length;
    this.#waiting = [];
    this.#list.prepend(...entries.reverse().map(this.#itemOf));
    while (this.#list.childElementCount > this.most) this.#list.lastElementChild?.remove();
    this.changed();
  }
};

// src/status/page/script/events.ts
var MOST = 300;
var TYPING = 300;
var EventsView = class {
  every = void 0;
  #name = byId("event-name");
  #client = byId("event-client");
  #topic = byId("event-topic");
  #pause = byId("event-pause");
  #list = new StreamList(byId("event-rows"), itemOf, MOST, () => this.#tell());
  #stream;
  #most = 0;
  #broken = "";
  #typing;
  /** @param onBroken is also told why the stream cannot be followed */
  constructor(api, onBroken) {
    this.#stream = new Stream(api, "api/v1/events", {
      onData: (json) => this.#list.add({
        json,
        values: valuesOf(json)
      }),
      onHello: ({ most_per_second }) => {
        this.#most = most_per_second;
        this.#broken = "";
        this.#tell();
      },
      onMissed: ({ sampled, slow }) => this.#list.leftOut(sampled + slow),
      onBroken: (error) => {
        this.#broken = `not followed: ${errorText(error)}`;
        this.#tell();
        onBroken(error);
      }
    });
    byId("event-filter").addEventListener("submit", (event) => event.preventDefault());
    for (const input of [
      this.#name,
      this.#client,
      this.#topic
    ]) {
      input.addEventListener("input", () => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => {
          if (this.#list.paused) this.#togglePause();
          this.show();
        }, TYPING);
      });
    }
    this.#pause.addEventListener("click", () => this.#togglePause());
  }
  /** Offers these events in the filter. */
  offer(names) {
    if (this.#name.options.length > 1) return;
    for (const name of names) this.#name.append(make("option", {
      value: name
    }, name));
  }
  async refresh() {
  }
  show() {
    const topic = this.#topic.value;
    const problem = topic === "" ? void 0 : topicFilterProblem(topic);
    setText(byId("event-topic-problem"), problem ?? "");
    setAttribute(this.#topic, "aria-invalid", problem === void 0 ? void 0 : "true");
    if (problem !== void 0) return;
    this.#list.clear();
    this.#stream.open({
      event: this.#name.value,
      client: this.#client.value,
      topic
    });
  }
  hide() {
    this.#stream.close();
  }
  #togglePause() {
    if (this.#list.paused) this.#list.resume();
    else this.#list.pause();
    setAttribute(this.#pause, "aria-pressed", String(this.#list.paused));
    setText(this.#pause, this.#list.paused ? "Go on" : "Pause");
    this.#tell();
  }
  #tell() {
    const { shown, skipped, missed, paused } = this.#list;
    const notes = [
      `${countText(shown)} shown`
    ];
    if (paused) notes.push(`paused: ${countText(missed)} missed`);
    if (skipped > 0) {
      notes.push(`${countText(skipped)} left out: at most ${countText(this.#most)} a second are sent`);
    }
    if (this.#broken !== "") notes.push(this.#broken);
    setText(byId("events-shown"), notes.join(" \xB7 "));
  }
};
function valuesOf(json) {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
function itemOf({ json, values }) {
  const text = (key) => typeof values[key] === "string" ? values[key] : "";
  const action = text("action");
  const details = make("details", {}, make("summary", {}, make("span", {
    class: "time"
  }, text("time").slice(11)), make("span", {
    class: classOf2(action, values)
  }, action), make("span", {
    class: "client"
  }, text("clientid") || text("from_clientid")), make("span", {
    class: "topic"
  }, text("topic")), make("span", {
    class: "payload"
  }, detailOf(values))));
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(make("pre", {}, pretty(json, values)));
  }, {
    once: true
  });
  return make("li", {}, details);
}
function classOf2(action, values) {
  const refused = typeof values["conn_ack"] === "string" && values["conn_ack"] !== "Connection Accepted";
  if (refused || action === "message_dropped") return "bad";
  if (action.startsWith("offline_")) return "careful";
  return `of-${action.split("_")[0]}`;
}
function detailOf(values) {
  const parts = [];
  const { reason, conn_ack, payload, payload_omitted, opts, qos, retain, dup, ipaddress, proto_ver } = values;
  if (typeof reason === "string") parts.push(reason);
  if (typeof conn_ack === "string") parts.push(conn_ack);
  if (typeof qos === "number") {
    parts.push(`q${qos}${retain === true ? " retain" : ""}${dup === true ? " dup" : ""}`);
  }
  if (typeof payload_omitted === "number") parts.push(`payload of ${bytesText(payload_omitted)}`);
  else if (typeof payload === "string") {
    const size = payloadBytes(payload);
    parts.push(size > 200 ? `${payloadLine(payload)} (${bytesText(size)})` : payloadLine(payload));
  }
  if (typeof opts === "object" && opts !== null && "qos" in opts) parts.push(`q${opts.qos}`);
  if (typeof proto_ver === "number" && typeof ipaddress === "string") parts.push(ipaddress);
  return parts.join(" \xB7 ");
}
function pretty(json, values) {
  return Object.keys(values).length === 0 ? json : JSON.stringify(values, null, 2);
}

// src/status/page/script/log.ts
var MOST2 = 500;
var LogView = class {
  every = void 0;
  #list = new StreamList(byId("log-rows"), itemOf2, MOST2, () => this.#tell());
  #stream;
  #broken = "";
  /** @param onBroken is also told why the log cannot be followed */
  constructor(api, onBroken) {
    this.#stream = new Stream(api, "api/v1/log", {
      onData: (json) => this.#list.add(JSON.parse(json)),
      // What was before comes again with every opening.
      onHello: () => {
        this.#broken = "";
        this.#list.clear();
      },
      onMissed: ({ sampled, slow }) => this.#list.leftOut(sampled + slow),
      onBroken: (error) => {
        this.#broken = `not followed: ${errorText(error)}`;
        this.#tell();
        onBroken(error);
      }
    });
  }
  async refresh() {
  }
  show() {
    this.#stream.open();
  }
  hide() {
    this.#stream.close();
  }
  #tell() {
    const { skipped } = this.#list;
    const leftOut = skipped > 0 ? `${countText(skipped)} left out` : "";
    setText(byId("log-shown"), this.#broken === "" ? leftOut : this.#broken);
  }
};
function itemOf2({ time, level, msg, fields }) {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = level === "error" ? "bad" : level === "warn" ? "careful" : "time";
  return make("li", {
    class: "entry"
  }, make("time", {
    class: "time",
    datetime: new Date(time).toISOString()
  }, localTime(time)), make("span", {
    class: words
  }, level), make("span", {}, msg, make("span", {
    class: "time"
  }, pairs.length === 0 ? "" : `  ${pairs.join(" ")}`)));
}
function localTime(ms) {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 6e4).toISOString().slice(0, 23).replace("T", " ");
}

// src/status/reader/rates.ts
var Rates = class {
  span;
  samples;
  #before;
  /** @param span how long a sample is kept, milliseconds */
  constructor(span = 3e5) {
    this.span = span;
    this.samples = [];
  }
  /** The newest; zeros until counters were read twice. */
  get now() {
    return this.samples.at(-1)?.rates ?? this.#before?.counts.map(() => 0) ?? [];
  }
  /** Takes the counters as they are at `at`. Counters that went back are of another life of the broker. */
  add(at, counts) {
    const before = this.#before;
    this.#before = {
      at,
      counts
    };
    if (before === void 0 || at <= before.at) return;
    const seconds = (at - before.at) / 1e3;
    const grown = counts.map((count, i) => count - (before.counts[i] ?? 0));
    if (grown.some((growth) => growth < 0)) return;
    this.samples.push({
      at,
      rates: grown.map((growth) => growth / seconds)
    });
    const old = this.samples.findIndex((sample) => at - sample.at <= this.span);
    if (old > 0) this.samples.splice(0, old);
  }
};

// src/status/page/script/chart.ts
var SVG = "http://www.w3.org/2000/svg";
var BELOW = 18;
var ABOVE = 14;
var Chart = class {
  rates;
  #svg;
  #lines;
  #grid;
  #times;
  /** @param names classes of the lines, in the order of the rates */
  constructor(svg, names, rates) {
    this.rates = rates;
    this.#svg = svg;
    this.#grid = [
      0,
      0.5,
      1
    ].map(() => ({
      line: add(svg, "line", {
        class: "grid"
      }),
      label: add(svg, "text", {})
    }));
    const minutes = rates.span / 6e4;
    this.#times = Array.from({
      length: minutes
    }, (_, i) => {
      const label = add(svg, "text", {
        "text-anchor": i === 0 ? "end" : "middle"
      });
      label.textContent = i === 0 ? "now" : `\u2212${i} min`;
      return {
        label,
        minutes: i
      };
    });
    this.#lines = names.map((name) => add(svg, "path", {
      class: name
    }));
  }
  draw(now) {
    const { width, height } = this.#svg.getBoundingClientRect();
    if (width === 0) return;
    const { samples, span } = this.rates;
    const top = niceTop(Math.max(1, ...samples.flatMap(({ rates }) => rates)));
    const x = (at) => width - (now - at) / span * width;
    const y = (rate) => height - BELOW - rate / top * (height - BELOW - ABOVE);
    set(this.#svg, {
      viewBox: `0 0 ${width} ${height}`
    });
    for (const [i, { line, label }] of this.#grid.entries()) {
      const rate = top * i / 2;
      set(line, {
        x1: 0,
        x2: width,
        y1: y(rate),
        y2: y(rate)
      });
      set(label, {
        x: 0,
        y: y(rate) - 3
      });
      label.textContent = i === 0 ? "" : rate < 10 ? String(rate) : countText(rate);
    }
    for (const { label, minutes } of this.#times) {
      set(label, {
        x: x(now - minutes * 6e4),
        y: height - 4
      });
    }
    for (const [i, line] of this.#lines.entries()) set(line, {
      d: pathOf(samples, i, x, y)
    });
  }
};
function pathOf(samples, which, x, y) {
  const points = samples.map(({ at, rates }) => `${x(at).toFixed(1)} ${y(rates[which] ?? 0).toFixed(1)}`);
  return points.length === 0 ? "" : `M${points.join("L")}`;
}
function niceTop(highest) {
  const power = 10 ** Math.floor(Math.log10(highest));
  return power * ([
    1,
    2,
    5
  ].find((factor) => factor * power >= highest) ?? 10);
}
function add(svg, tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  svg.append(element);
  return element;
}
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

// src/status/page/script/overview.ts
var SOON = 14;
var OverviewView = class {
  #rates = new Rates();
  #chart = new Chart(document.querySelector("#chart"), [
    "line-in",
    "line-out"
  ], this.#rates);
  #totals = new Rows(byId("totals"), pairItem);
  #listeners = new Rows(byId("listener-rows"), listenerItem);
  #losses = new Rows(byId("loss-rows"), lossItem);
  #problems = new Rows(byId("problems"), () => {
    const element = make("p");
    return {
      element,
      update: (text) => setText(element, text)
    };
  });
  /** Shows an answer. */
  show(overview) {
    const { counters } = overview;
    const now = performance.now();
    this.#rates.add(now, [
      counters.messages_received,
      counters.messages_sent
    ]);
    const [rateIn = 0, rateOut = 0] = this.#rates.now;
    setText(byId("rate-in"), rateText(rateIn));
    setText(byId("rate-out"), rateText(rateOut));
    this.#chart.draw(now);
    this.#totals.show(totalsOf(overview), ([title]) => title);
    this.#listeners.show(overview.listeners, ({ kind, name }) => `${kind} ${name}`);
    const losses = lossesOf(overview);
    this.#losses.show(losses, ([title]) => title);
    byId("losses-none").hidden = losses.length > 0;
    this.#showHead(overview);
  }
  #showHead(overview) {
    const { version, node_id, uptime, health, sinks } = overview;
    setText(byId("about"), `${version} \xB7 node ${node_id} \xB7 up ${durationText(uptime)}`);
    setText(byId("ready"), health.ready ? "ready" : "not ready");
    setAttribute(byId("ready"), "class", `badge ${health.ready ? "good" : "bad"}`);
    document.title = `${health.ready ? "" : "! "}Hookline ${location.host}`;
    this.#problems.show([
      ...new Set(health.problems)
    ], (text) => text);
    setText(byId("tally-clients"), countText(overview.clients));
    const degraded = sinks.filter(({ state }) => state !== "ok").length;
    setText(byId("tally-sinks"), degraded === 0 ? countText(sinks.length) : `${degraded} degraded`);
    setAttribute(byId("tally-sinks"), "class", degraded === 0 ? "tally" : "tally bad");
  }
};
function totalsOf(overview) {
  const { counters, memory } = overview;
  const store = overview.store === null ? [] : [
    [
      "Store",
      bytesText(overview.store.bytes)
    ]
  ];
  return [
    [
      "Clients",
      countText(overview.clients),
      `most ${countText(overview.clients_max)}`
    ],
    [
      "Sessions",
      countText(overview.sessions)
    ],
    [
      "Subscriptions",
      countText(overview.subscriptions),
      `shared ${countText(overview.shared_subscriptions)}`
    ],
    [
      "Retained, with $SYS",
      countText(overview.retained_messages),
      bytesText(overview.retained_bytes)
    ],
    [
      "Waiting for clients",
      countText(overview.kept_messages),
      bytesText(overview.kept_bytes)
    ],
    [
      "Received",
      countText(counters.messages_received),
      bytesText(counters.bytes_received)
    ],
    [
      "Sent",
      countText(counters.messages_sent),
      bytesText(counters.bytes_sent)
    ],
    [
      "Memory",
      bytesText(memory.rss),
      `heap ${bytesText(memory.heap)}`
    ],
    ...store
  ];
}
function lossesOf({ counters }) {
  const pairs = (what, counts) => Object.entries(counts).filter(([, count]) => count > 0).map(([reason, count]) => [
    `${what}: ${reason}`,
    countText(count)
  ]);
  return [
    ...pairs("message", counters.messages_dropped),
    ...pairs("connection", counters.connections_refused),
    ...pairs("throttled", counters.clients_throttled)
  ];
}
function pairItem([title]) {
  const value = make("dd");
  const noted = make("dd", {
    class: "note"
  });
  return {
    element: make("div", {}, make("dt", {}, title), value, noted),
    update: ([, text, note = ""]) => {
      setText(value, text);
      setText(noted, note);
    }
  };
}
function lossItem([title]) {
  const value = make("td", {
    class: "n"
  });
  return {
    element: make("tr", {}, make("th", {
      scope: "row"
    }, title), value),
    update: ([, text]) => setText(value, text)
  };
}
function listenerItem({ name, kind }) {
  const address = make("td", {
    class: "text"
  });
  const clients = make("td", {
    class: "n"
  });
  const certificate = make("td");
  return {
    element: make("tr", {}, make("td", {}, `${kind} ${name}`), address, clients, certificate),
    update: (listener) => {
      setText(address, listener.address);
      setText(clients, countText(listener.clients));
      const { certificate_expires: expires } = listener;
      const days = expires === null ? Infinity : (expires - Date.now()) / 864e5;
      setAttribute(certificate, "class", days <= 0 ? "bad" : days < SOON ? "careful" : void 0);
      setText(certificate, expires === null ? "" : certificateText(expires, days));
    }
  };
}
function certificateText(expires, days) {
  const date = new Date(expires).toISOString().slice(0, 10);
  return days <= 0 ? `expired on ${date}` : `${date}, in ${durationText(days * 86400)}`;
}

// src/status/page/script/retained.ts
var PAGE2 = 100;
var RetainedView = class {
  every = 2e3;
  #api;
  #changed;
  #search = byId("retained-search");
  #more = byId("retained-more");
  #rows = new Rows(byId("retained-rows"), (message) => this.#row(message));
  #shown = PAGE2;
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
    this.#search.addEventListener("input", changed);
    this.#more.addEventListener("click", () => {
      this.#shown += PAGE2;
      changed();
    });
  }
  async refresh() {
    const topic = this.#search.value.trim();
    const problem = topic === "" ? void 0 : topicFilterProblem(topic);
    setAttribute(this.#search, "aria-invalid", problem === void 0 ? void 0 : "true");
    if (problem !== void 0) return setText(byId("retained-shown"), problem);
    const { rows, total } = await this.#api.list("api/v1/retains", {
      topic,
      _limit: this.#shown
    });
    this.#rows.show(rows, (message) => message.topic);
    this.#more.hidden = total <= rows.length;
    setText(byId("retained-shown"), rows.length < total ? `${countText(rows.length)} of ${countText(total)} shown` : `${countText(total)} shown`);
  }
  #row({ topic }) {
    const payload = make("td", {
      class: "text"
    });
    const titles = [
      "Size",
      "QoS",
      "From",
      "Published"
    ];
    const numbers = titles.map((title, i) => make("td", {
      class: i < 2 ? "n" : "wide",
      "data-title": title
    }));
    const remove = make("button", {
      type: "button",
      "aria-label": `Delete the Retained Message of ${topic}`
    });
    remove.append("Delete");
    remove.addEventListener("click", () => void this.#delete(topic));
    return {
      element: make("tr", {}, make("td", {
        class: "text whole"
      }, topic), payload, ...numbers, make("td", {
        class: "n"
      }, remove)),
      update: (message) => {
        setText(payload, message.payload === null ? "hidden by redact" : payloadLine(message.payload));
        for (const [i, text] of textsOf(message).entries()) {
          const cell = numbers[i];
          if (cell !== void 0) setText(cell, text);
        }
      }
    };
  }
  async #delete(topic) {
    if (!await ask(`Delete the Retained Message of ${topic}?`, "Delete")) return;
    try {
      await this.#api.send("DELETE", `api/v1/retains/${encodeURIComponent(topic)}`);
      tell(`The Retained Message of ${topic} is deleted.`);
    } catch (error) {
      tell(`The Retained Message of ${topic} was not deleted: ${errorText(error)}.`);
    }
    this.#changed();
  }
};
function textsOf({ payload_size, qos, clientid, ts, expiry_interval }) {
  const age = `${durationText((Date.now() - ts) / 1e3)} ago`;
  return [
    bytesText(payload_size),
    String(qos),
    clientid,
    expiry_interval === null ? age : `${age}, expires in ${durationText(expiry_interval)}`
  ];
}

// src/status/page/script/sinks.ts
var REDELIVERY = 6e5;
var SinksView = class {
  every = 1e3;
  #api;
  #changed;
  /** Sinks whose parked events are being sent again. */
  #redelivering = /* @__PURE__ */ new Set();
  #rates = /* @__PURE__ */ new Map();
  #rows = new Rows(byId("sink-rows"), (sink) => this.#row(sink));
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }
  async refresh() {
    const sinks = await this.#api.get("api/v1/sinks");
    const now = performance.now();
    for (const { url, lines_written } of sinks) {
      const rates = this.#rates.get(url) ?? new Rates(1e4);
      this.#rates.set(url, rates);
      rates.add(now, [
        lines_written
      ]);
    }
    for (const url of this.#rates.keys()) {
      if (!sinks.some((sink) => sink.url === url)) this.#rates.delete(url);
    }
    this.#rows.show(sinks, ({ url }) => url);
  }
  #row({ url }) {
    const problem = make("p", {
      class: "bad"
    });
    const name = make("td", {
      class: "text whole"
    }, url, problem);
    const state = make("td");
    const titles = [
      "Written/s",
      "Written",
      "Waiting",
      "Dropped",
      "Parked"
    ];
    const numbers = titles.map((title) => make("td", {
      class: "n",
      "data-title": title
    }));
    const redeliver = make("button", {
      type: "button",
      "aria-label": `Redeliver parked events of ${url}`
    });
    redeliver.append("Redeliver");
    redeliver.addEventListener("click", () => void this.#redeliver(url));
    const element = make("tr", {}, name, state, ...numbers, make("td", {
      class: "n"
    }, redeliver));
    return {
      element,
      update: (sink) => {
        setText(state, sink.state);
        setAttribute(state, "class", sink.state === "ok" ? "good" : "bad");
        setText(problem, sink.last_error ?? "");
        for (const [i, text] of this.#texts(sink).entries()) {
          const cell = numbers[i];
          if (cell !== void 0) setText(cell, text);
        }
        redeliver.disabled = this.#redelivering.has(url);
        redeliver.hidden = (sink.parked_bytes ?? 0) === 0;
      }
    };
  }
  #texts(sink) {
    const dropped = Object.entries(sink.lines_dropped);
    const spool = sink.spool_bytes === null || sink.spool_bytes === 0 ? "" : ` (${bytesText(sink.spool_bytes)})`;
    const age = sink.oldest_waiting === null ? "" : `, oldest ${durationText((Date.now() - sink.oldest_waiting) / 1e3)}`;
    return [
      rateText(this.#rates.get(sink.url)?.now[0] ?? 0),
      countText(sink.lines_written),
      countText(sink.lines_waiting) + spool + age,
      dropped.length === 0 ? "0" : dropped.map(([why, count]) => `${countText(count)} ${why}`).join(", "),
      sink.parked_bytes === null ? "" : bytesText(sink.parked_bytes)
    ];
  }
  async #redeliver(url) {
    if (!await ask(`Send the parked events of ${url} again?`, "Redeliver")) return;
    this.#redelivering.add(url);
    this.#changed();
    try {
      const text = await this.#api.send("POST", "api/v1/sinks/redeliver", {
        url
      }, REDELIVERY);
      const done = JSON.parse(text);
      const failed = done.failed === 0 ? "" : ` ${countText(done.failed)} were refused again and are parked: ${done.last_failure ?? ""}.`;
      tell(`${countText(done.sent)} parked events were sent again.${failed}`);
    } catch (error) {
      tell(`Parked events were not sent again: ${errorText(error)}.`);
    } finally {
      this.#redelivering.delete(url);
    }
    this.#changed();
  }
};

// src/status/page/script/token.ts
var KEY = "hookline-token";
var Token = class {
  #form = byId("ask-token");
  #input = byId("token");
  /** @param entered called when somebody has entered one */
  constructor(entered) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, this.#input.value);
      this.#input.value = "";
      this.#form.hidden = true;
      entered();
    });
  }
  get value() {
    return sessionStorage.getItem(KEY) ?? void 0;
  }
  get asking() {
    return !this.#form.hidden;
  }
  /** Asks for one; what was entered before was wrong. */
  ask() {
    if (this.asking) return;
    const wrong = this.value !== void 0;
    sessionStorage.removeItem(KEY);
    setText(byId("token-problem"), wrong ? "That is not the token of this Hookline." : "This Hookline shows itself to those who have its token.");
    this.#form.hidden = false;
    this.#input.focus();
  }
};

// src/status/reader/topic_tree.ts
var DEEPEST = 32;
var LATELY = 5e3;
var TopicNode = class {
  name;
  topic;
  /** By the level's name, in the order they came. */
  children;
  /** The topic itself; `undefined` where messages were only below. */
  info;
  /** Messages of this topic and all below. */
  total;
  /** Of them, a second, lately. */
  rate;
  /** Messages of this very topic a second, and when that was worked out, on the tree's clock. */
  ownRate;
  seenAt;
  /** When the last of them came, Unix milliseconds. */
  last;
  /** @param topic from the first level to this one; "" for the root */
  constructor(name, topic) {
    this.name = name;
    this.topic = topic;
    this.children = /* @__PURE__ */ new Map();
    this.info = void 0;
    this.total = 0;
    this.rate = 0;
    this.ownRate = 0;
    this.seenAt = -Infinity;
    this.last = 0;
  }
};
var TopicTree = class {
  limit;
  root;
  /** Levels below the root. */
  size;
  /** Messages that no topic was kept for, here or in the broker. */
  leftOut;
  #since;
  /**
   * When the last answer came, where it had all topics: one that is new in the next began at nothing then.
   */
  #completeAt;
  /** @param limit levels it may have */
  constructor(limit = 2e4) {
    this.limit = limit;
    this.root = new TopicNode("", "");
    this.size = 0;
    this.leftOut = 0;
    this.#since = 0;
    this.#completeAt = void 0;
  }
  /**
   * Takes what the broker counted; topics that are not in the answer stay as they are.
   * @param at milliseconds on a clock that never goes back
   */
  take({ watching_since, left_out, total, topics }, at) {
    if (watching_since !== this.#since) {
      this.clear();
      this.#completeAt = void 0;
    }
    this.#since = watching_since;
    this.leftOut = left_out;
    for (const info of topics) this.#set(info, at);
    this.#completeAt = total <= topics.length ? at : void 0;
    sumRates(this.root, at);
  }
  clear() {
    this.root = new TopicNode("", "");
    this.size = this.leftOut = 0;
  }
  #set(info, at) {
    const path = this.#path(info.topic);
    const leaf = path?.at(-1);
    if (path === void 0 || leaf === void 0) {
      this.leftOut += info.count;
      return;
    }
    const grown = info.count - (leaf.info?.count ?? 0);
    const since = leaf.info === void 0 ? this.#completeAt : leaf.seenAt;
    leaf.ownRate = since === void 0 || at <= since ? 0 : grown * 1e3 / (at - since);
    leaf.seenAt = at;
    leaf.info = info;
    for (const node of path) {
      node.total += grown;
      node.last = Math.max(node.last, info.last);
    }
  }
  /** The nodes from the root to the topic, made where there is room for all of them. */
  #path(topic) {
    const levels = levelsOf(topic);
    const path = [
      this.root
    ];
    let node = this.root;
    for (const [i, level] of levels.entries()) {
      let child = node.children.get(level);
      if (child === void 0) {
        if (this.size + levels.length - i > this.limit) return void 0;
        child = new TopicNode(level, levels.slice(0, i + 1).join("/"));
        node.children.set(level, child);
        this.size++;
      }
      path.push(child);
      node = child;
    }
    return path;
  }
};
function sumRates(node, at) {
  node.rate = at - node.seenAt > LATELY ? 0 : node.ownRate;
  for (const child of node.children.values()) node.rate += sumRates(child, at);
  return node.rate;
}
function levelsOf(topic) {
  const levels = topic.split("/");
  if (levels.length <= DEEPEST) return levels;
  return [
    ...levels.slice(0, DEEPEST - 1),
    levels.slice(DEEPEST - 1).join("/")
  ];
}

// src/status/page/script/topics.ts
var ASKED = 1e3;
var MOST_SHOWN = 200;
var OPENS_ITSELF = 12;
var TopicsView = class {
  every = 1e3;
  #api;
  #tree = new TopicTree();
  #search = byId("topic-search");
  #list = byId("topic-rows");
  #foundList = byId("topic-found");
  #first = {
    rows: this.#rowsIn(this.#list, 0),
    more: byId("topics-more")
  };
  #found = this.#rowsIn(this.#foundList, void 0);
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** Topics that the broker knows. */
  #known = 0;
  constructor(api) {
    this.#api = api;
    this.#search.addEventListener("input", () => this.#draw());
  }
  async refresh() {
    const topics = await this.#api.get("api/v1/topics", {
      _limit: ASKED
    });
    this.#tree.take(topics, performance.now());
    this.#known = topics.total;
    this.#draw();
  }
  #draw() {
    const wanted = this.#search.value.trim();
    this.#list.hidden = wanted !== "";
    this.#foundList.hidden = wanted === "";
    const found = wanted === "" ? [] : this.#matching(wanted);
    byId("topics-more").hidden = wanted !== "";
    if (wanted === "") this.#show(this.#first, this.#tree.root);
    else this.#found.show(found.slice(0, MOST_SHOWN), ({ topic }) => topic);
    setText(byId("topics-shown"), this.#note(wanted === "" ? void 0 : found.length));
  }
  #note(found) {
    const notes = [
      found === void 0 ? `${countText(this.#known)} topics` : `${countText(found)} found`
    ];
    if (found !== void 0 && found > MOST_SHOWN) notes.push(`the first ${MOST_SHOWN} are shown`);
    if (this.#known > ASKED) notes.push(`asked for the ${countText(ASKED)} with the newest messages`);
    if (this.#known === 0) notes.push("messages are counted while somebody looks");
    const { leftOut } = this.#tree;
    if (leftOut > 0) notes.push(`${countText(leftOut)} messages of more topics than are kept are left out`);
    return notes.join(" \xB7 ");
  }
  #matching(wanted) {
    const isFilter = /[+#]/.test(wanted) && topicFilterProblem(wanted) === void 0;
    const found = [];
    const visit = (node) => {
      if (node.info !== void 0 && (isFilter ? topicMatches(wanted, node.topic) : node.topic.includes(wanted))) found.push(node);
      for (const child of node.children.values()) visit(child);
    };
    visit(this.#tree.root);
    return found;
  }
  #show({ rows, more }, node) {
    const children = [
      ...node.children.values()
    ].sort((a, b) => a.name < b.name ? -1 : 1);
    rows.show(children.slice(0, MOST_SHOWN), ({ name, children: children2 }) => `${children2.size > 0} ${name}`);
    const left = children.length - MOST_SHOWN;
    setText(more, left > 0 ? `${countText(left)} more are not shown; the search finds them.` : "");
  }
  /** @param depth levels above; undefined: each topic is shown as a whole, and nothing below it */
  #rowsIn(list, depth) {
    list.style.setProperty("--depth", String(depth ?? 0));
    return new Rows(list, (node) => this.#item(node, depth));
  }
  #item(node, depth) {
    const isBranch = node.children.size > 0 && depth !== void 0;
    const name = depth === void 0 ? node.topic : node.name;
    const count = make("span", {
      class: "n"
    });
    const rate = make("span", {
      class: "n rate"
    });
    const last = make("span", {
      class: "payload"
    });
    const line = make(isBranch ? "summary" : "div", {
      class: "node"
    }, make("span", {
      class: "topic",
      title: node.topic
    }, name === "" ? "(empty)" : name), count, rate, last);
    const below = make("ul");
    const level = {
      rows: this.#rowsIn(below, (depth ?? 0) + 1),
      more: make("p", {
        class: "note"
      })
    };
    const details = isBranch ? make("details", {}, line, below, level.more) : void 0;
    if (details !== void 0) {
      details.open = depth === 0 || node.children.size <= OPENS_ITSELF;
      details.addEventListener("toggle", () => details.open && this.#show(level, node));
    }
    let shown = 0;
    return {
      element: make("li", {}, details ?? line),
      update: (node2) => {
        setText(count, countText(node2.total));
        setText(rate, `${rateText(node2.rate)}/s`);
        setText(last, lastText(node2));
        if (node2.last !== shown && !this.#calm.matches) {
          line.animate({
            backgroundColor: [
              "var(--flash)",
              "transparent"
            ]
          }, 900);
        }
        shown = node2.last;
        if (details?.open === true) this.#show(level, node2);
      }
    };
  }
};
function lastText({ info }) {
  if (info === void 0) return "";
  if (info.payload === null) return `${bytesText(info.payload_size)}, hidden by redact`;
  const text = payloadLine(info.payload);
  return info.payload_size > 256 ? `${text}\u2026 (${bytesText(info.payload_size)})` : text;
}

// src/status/page/script/page.ts
var OVERVIEW_EVERY = 1e3;
var REST = 4;
var Page = class {
  #token = new Token(() => this.#start());
  #api = new Api(document.baseURI.replace(/[#?].*/, ""), () => this.#token.value);
  #overview = new OverviewView();
  #events = new EventsView(this.#api, (error) => this.#refused(error));
  #views = /* @__PURE__ */ new Map([
    [
      "overview",
      void 0
    ],
    [
      "clients",
      new ClientsView(this.#api, () => this.#wake())
    ],
    [
      "topics",
      new TopicsView(this.#api)
    ],
    [
      "events",
      this.#events
    ],
    [
      "sinks",
      new SinksView(this.#api, () => this.#wake())
    ],
    [
      "retained",
      new RetainedView(this.#api, () => this.#wake())
    ],
    [
      "log",
      new LogView(this.#api, (error) => this.#refused(error))
    ]
  ]);
  /** Why the overview, and the view that is shown, cannot be told now. */
  #troubles = {};
  #shown = "";
  #timer;
  /** A refresh is under way, and whether another is wanted behind it. */
  #busy = false;
  #again = false;
  run() {
    addEventListener("hashchange", () => this.#show());
    document.addEventListener("visibilitychange", () => this.#show());
    this.#start();
    void this.#follow();
  }
  #start() {
    this.#shown = "";
    this.#show();
  }
  /** Asks for the overview for as long as the page is there. */
  async #follow() {
    for (; ; ) {
      if (!this.#token.asking) {
        try {
          const overview = await this.#api.get("api/v1/overview");
          this.#overview.show(overview);
          this.#events.offer(Object.keys(overview.counters.events));
          this.#tell("overview", void 0);
        } catch (error) {
          this.#tell("overview", error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, OVERVIEW_EVERY));
    }
  }
  /** Shows the view of the address, unless nobody can see it. */
  #show() {
    const wanted = location.hash.slice(1);
    const name = this.#views.has(wanted) ? wanted : "overview";
    const seen = this.#token.asking || document.hidden ? "" : name;
    for (const link of document.querySelectorAll("nav a")) {
      const isShown = link.getAttribute("href") === `#${name}`;
      setAttribute(link, "aria-current", isShown ? "page" : void 0);
      if (isShown) link.scrollIntoView({
        block: "nearest",
        inline: "nearest"
      });
    }
    for (const each of this.#views.keys()) byId(each).hidden = this.#token.asking || each !== name;
    if (seen === this.#shown) return;
    this.#views.get(this.#shown)?.hide?.();
    this.#tell("view", void 0);
    this.#shown = seen;
    this.#views.get(seen)?.show?.();
    this.#wake();
  }
  /** Refreshes the view that is shown, now or as soon as the refresh under way is done. */
  #wake() {
    clearTimeout(this.#timer);
    if (this.#busy) this.#again = true;
    else void this.#refresh();
  }
  async #refresh() {
    const view = this.#views.get(this.#shown);
    if (view?.every === void 0) return;
    this.#busy = true;
    const began = performance.now();
    try {
      await view.refresh();
      this.#tell("view", void 0);
    } catch (error) {
      this.#tell("view", error);
    }
    const took = performance.now() - began;
    this.#busy = false;
    const rest = this.#again ? 0 : Math.max(view.every - took, REST * took);
    this.#again = false;
    this.#timer = setTimeout(() => this.#wake(), rest);
  }
  /** Asks for the token where that is what was missing. */
  #refused(error) {
    if (!isUnauthorised(error)) return;
    this.#token.ask();
    this.#show();
  }
  #tell(which, error) {
    this.#troubles[which] = error;
    this.#refused(error);
    const { overview, view } = this.#troubles;
    const trouble = overview ?? view;
    const link = byId("link");
    setAttribute(link, "class", trouble === void 0 ? void 0 : "bad");
    if (trouble === void 0 || isUnauthorised(trouble)) setText(link, "");
    else if (trouble instanceof ApiError) setText(link, trouble.message);
    else {
      setText(link, "Hookline does not answer. Trying again.");
      setText(byId("ready"), "not reached");
      setAttribute(byId("ready"), "class", "badge bad");
    }
  }
};
function isUnauthorised(error) {
  return error instanceof ApiError && error.status === 401;
}
new Page().run();
