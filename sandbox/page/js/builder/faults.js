// The fault script: order one by a preset or in full, see how often each struck, take it back; disturb the gateway now.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { attempt } from "../overlays/toast.js";
import { store } from "../state/store.js";
import { sim } from "../wire/api.js";

const EVERY_MS = 1500;
const SEND = { kind: "http", method: "POST", path: "/channels/*/messages" };
const PRESETS = [
  ["429", { kind: "http", status: 429, retry_after: 1.5 }],
  ["429 global", { kind: "http", status: 429, retry_after: 1, global: true }],
  ["500 on send", { ...SEND, status: 500 }],
  ["500 after it was stored", { ...SEND, status: 500, stored: true }],
  ["502", { kind: "http", status: 502 }],
  ["503", { kind: "http", status: 503 }],
  ["Dropped answer", { kind: "http", drop: true }],
  ["Slow by 2 s", { kind: "http", delay_seconds: 2, times: null }],
  ["Interaction twice", { kind: "duplicate", event: "INTERACTION_CREATE" }],
  ["Events late by 1 s", { kind: "event_delay", event: "*", seconds: 1 }],
  ["Silent gateway", { kind: "silence" }],
];
const ACTS = [
  ["Reconnect (op 7)", { act: "reconnect" }],
  ["Invalid session, resumable", { act: "invalidate", resumable: true }],
  ["Invalid session", { act: "invalidate", resumable: false }],
  ["Drop sockets", { act: "drop" }],
];
const EXAMPLE = '{"kind": "http", "path": "/webhooks/**", "status": 429, "times": 2}';

const press = (label, run) => h("button.press", { type: "button", onclick: run }, label);

export class Faults {
  constructor() {
    this.list = h("ul.fault-list");
    this.node = h("div.fault-panel", this.#orders(), this.#acts(), this.#ordered());
    this.timer = setInterval(() => this.#draw(), EVERY_MS);
    this.#draw();
  }

  stop() {
    clearInterval(this.timer);
  }

  async #order(fault) {
    await attempt(() => sim("POST", "/faults", fault));
    this.#draw();
  }

  #orders() {
    const own = h("textarea.input", { rows: 3, "aria-label": "Fault as JSON", value: EXAMPLE, spellcheck: "false" });
    const orderOwn = () => {
      const fault = readJson(own.value);
      own.setAttribute("aria-invalid", String(!fault));
      if (fault) this.#order(fault);
    };
    const order = h("button.press.primary", { type: "button", onclick: orderOwn }, "Order");
    const presets = PRESETS.map(([label, fault]) => press(label, () => this.#order(fault)));
    return h(
      "section",
      h("h3.legend", "Next requests and events"),
      h("div.presses", presets),
      h("div.own", own, order),
    );
  }

  #acts() {
    const acts = ACTS.map(([label, act]) => press(label, () => attempt(() => sim("POST", "/gateway", act), label)));
    const tokens = store.applications.map(tokenSwitch);
    return h(
      "section",
      h("h3.legend", "Gateway, now"),
      h("div.presses", acts),
      h("h3.legend", "Token"),
      h("div.presses", tokens),
    );
  }

  #ordered() {
    const clear = () => attempt(() => sim("DELETE", "/faults")).then(() => this.#draw());
    const all = h("button.as-link", { type: "button", onclick: clear }, "remove all");
    return h("section", h("h3.legend", "Ordered ", all), this.list);
  }

  async #draw() {
    try {
      const { faults } = await sim("GET", "/faults");
      fill(this.list, faults.length ? faults.map((one) => this.#row(one)) : h("li.hint", "No fault is ordered."));
    } catch (error) {
      fill(this.list, h("li.fault", error.message));
    }
  }

  #row(one) {
    const drop = () => attempt(() => sim("DELETE", `/faults/${one.id}`)).then(() => this.#draw());
    return h(
      "li.fault-row",
      { class: one.times === 0 ? "spent" : null },
      h("code.grow.cut", { title: JSON.stringify(one) }, wordsOf(one)),
      h("small", `${one.fired}× struck`),
      h("small", one.times === null ? "stays" : `${one.times} left`),
      h("button.tool", { type: "button", "aria-label": "Remove", onclick: drop }, icon("close", "small")),
    );
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tokenSwitch(one) {
  const words = () => `${one.isRevoked ? "Restore" : "Revoke"} ${one.name}'s token`;
  const node = press(words(), async () => {
    one.isRevoked = !one.isRevoked;
    await attempt(() => sim("POST", "/token", { application_id: one.id, revoked: one.isRevoked }));
    fill(node, words());
  });
  return node;
}

function wordsOf(one) {
  if (one.kind !== "http") return [one.kind, one.event, one.seconds && `${one.seconds} s`].filter(Boolean).join(" ");
  const method = one.method === "*" ? "" : one.method;
  const delay = one.delay_seconds ? `+${one.delay_seconds} s` : "";
  const result = one.drop ? "dropped" : one.status;
  return [method, one.path, result, one.stored && "stored", one.global && "global", delay].filter(Boolean).join(" ");
}
