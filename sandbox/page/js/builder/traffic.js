// The last requests and gateway events, live: a list, and the chosen entry in full.

import { fill, h, oncePerFrame } from "../dom.js";
import { copy } from "../overlays/toast.js";
import { store } from "../state/store.js";

const KEPT = 400;
const SHOWN = 200;
const KINDS = { request: "Requests", event: "Events", received: "Received" };
const OPS = { 1: "heartbeat", 2: "identify", 3: "presence", 6: "resume", 8: "members" };
const SIGNS = { event: "▼", received: "▲" };
const LOG = `kinds=${Object.keys(KINDS).join(",")}`;

export class Traffic {
  #entries = [];
  #chosen = null;
  #query = "";
  #isPaused = false;
  #kinds = new Set(["request", "event"]);

  constructor() {
    this.list = h("ol.traffic", { "aria-label": "Requests and events" });
    this.detail = h("div.traffic-detail");
    this.node = h("div.traffic-split", this.list, this.detail);
    this.tools = this.#tools();
    this.draw = oncePerFrame(() => this.#draw());
    this.#clear();
    this.source = new EventSource(`/_sim/log/live?${LOG}`);
    this.source.onmessage = (message) => this.#take(JSON.parse(message.data));
    this.#catchUp();
  }

  stop() {
    this.source.close();
  }

  #tools() {
    const find = h("input.input", { type: "search", placeholder: "Filter", "aria-label": "Filter" });
    find.addEventListener("input", () => {
      this.#query = find.value.toLowerCase();
      this.draw();
    });
    const kinds = Object.entries(KINDS).map(([kind, label]) =>
      this.#toggle(label, this.#kinds.has(kind), (isOn) => (isOn ? this.#kinds.add(kind) : this.#kinds.delete(kind))),
    );
    const pause = this.#toggle("Pause", false, (isOn) => (this.#isPaused = isOn));
    const clear = h("button.tag", { type: "button", onclick: () => this.#clear() }, "Clear");
    return h("div.drawer-tools.grow", kinds, find, pause, clear);
  }

  #toggle(label, isOn, set) {
    const node = h("button.tag", { type: "button", "aria-pressed": String(isOn) }, label);
    node.addEventListener("click", () => {
      const now = node.getAttribute("aria-pressed") !== "true";
      node.setAttribute("aria-pressed", String(now));
      set(now);
      this.draw();
    });
    return node;
  }

  #clear() {
    this.#entries = [];
    this.#chosen = null;
    fill(this.detail, h("p.hint", "Choose an entry."));
    this.draw();
  }

  async #catchUp() {
    try {
      const { entries } = await (await fetch(`/_sim/log?limit=100&${LOG}`)).json();
      const known = new Set(entries.map((one) => one.number));
      this.#entries = [...entries, ...this.#entries.filter((one) => !known.has(one.number))];
      this.draw();
    } catch {
      fill(this.detail, h("p.fault", "The log cannot be read."));
    }
  }

  #take(entry) {
    if (this.#entries.some((one) => one.number === entry.number)) return;
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.splice(0, KEPT / 4);
    this.draw();
  }

  #draw() {
    if (this.#isPaused) return;
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 30;
    const isWanted = (one) => this.#kinds.has(one.kind) && titleOf(one).toLowerCase().includes(this.#query);
    const rows = this.#entries
      .filter(isWanted)
      .slice(-SHOWN)
      .map((one) => h("li", this.#row(one)));
    fill(this.list, rows.length ? rows : h("li.hint", "Nothing yet."));
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #row(one) {
    const marks = [one.kind, one.status >= 400 && "wrong", this.#chosen === one.number && "chosen"];
    const isRequest = one.kind === "request";
    return h(
      "button.traffic-row",
      { type: "button", class: marks.filter(Boolean).join(" "), onclick: () => this.#choose(one) },
      h("span.at", new Date(one.at).toTimeString().slice(0, 8)),
      h("span.what", isRequest ? one.method : SIGNS[one.kind]),
      h("span.grow.cut", nameOf(one)),
      isRequest ? h("span.status", one.status ?? "—") : h("span.to", ownerOf(one)),
      one.ms === undefined ? null : h("span.ms", `${Math.round(one.ms)} ms`),
    );
  }

  #choose(one) {
    this.#chosen = one.number;
    const text = JSON.stringify(one, null, 2);
    const copier = h("button.tag", { type: "button", onclick: () => copy(text) }, "Copy");
    fill(this.detail, h("div.detail-head", h("b.grow.cut", titleOf(one)), copier), h("pre", { tabindex: 0 }, text));
    this.draw();
  }
}

function nameOf(one) {
  if (one.kind === "request") return one.path;
  return one.kind === "event" ? one.event : (OPS[one.op] ?? `op ${one.op}`);
}

const titleOf = (one) => [one.method, nameOf(one), one.status, one.note].filter(Boolean).join(" ");

function ownerOf(one) {
  if (!one.application_id) return "person";
  return store.applications.find((each) => each.id === one.application_id)?.name ?? "app";
}
