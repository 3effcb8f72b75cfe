// The fault script: order one by a preset or in full, see how often each struck, take it back; disturb the gateway now.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { store } from "../state/store.js";
import { sim } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";

const EVERY_MS = 1500;
const PRESETS = [
  ["429", { kind: "http", status: 429, retry_after: 1.5 }], ["429 global", { kind: "http", status: 429, retry_after: 1, global: true }],
  ["500 on send", { kind: "http", method: "POST", path: "/channels/*/messages", status: 500 }],
  ["500 after it was stored", { kind: "http", method: "POST", path: "/channels/*/messages", status: 500, stored: true }],
  ["502", { kind: "http", status: 502 }], ["503", { kind: "http", status: 503 }],
  ["Dropped answer", { kind: "http", drop: true }], ["Slow by 2 s", { kind: "http", delay_seconds: 2, times: null }],
  ["Interaction twice", { kind: "duplicate", event: "INTERACTION_CREATE" }], ["Events late by 1 s", { kind: "event_delay", event: "*", seconds: 1 }],
  ["Silent gateway", { kind: "silence" }],
];
const ACTS = [["Reconnect (op 7)", { act: "reconnect" }], ["Invalid session, resumable", { act: "invalidate", resumable: true }], ["Invalid session", { act: "invalidate", resumable: false }], ["Drop sockets", { act: "drop" }]];

export function mountFaults() {
  const list = h("ul.fault-list");
  const own = h("textarea.input", { rows: 3, "aria-label": "Fault as JSON", value: '{"kind": "http", "path": "/webhooks/**", "status": 429, "times": 2}', spellcheck: "false" });
  let stopped = false;

  const order = (fault) => attempt(() => sim("POST", "/faults", fault)).then(draw);
  const orderOwn = () => { let fault; try { fault = JSON.parse(own.value); } catch { own.setAttribute("aria-invalid", "true"); return; } own.setAttribute("aria-invalid", "false"); order(fault); };

  async function draw() {
    if (stopped) return;
    const answer = await sim("GET", "/faults").catch((error) => ({ faults: [], error }));
    if (answer.error) { fill(list, h("li.fault", answer.error.message)); return; }
    fill(list, answer.faults.length ? answer.faults.map((one) => h("li.fault-row", { class: one.times === 0 ? "spent" : null }, h("code.grow.cut", { title: JSON.stringify(one) }, wordsOf(one)), h("small", `${one.fired}× struck`), h("small", one.times === null ? "stays" : `${one.times} left`),
      h("button.tool", { type: "button", "aria-label": "Remove", onclick: () => attempt(() => sim("DELETE", `/faults/${one.id}`)).then(draw) }, icon("close", "small")))) : h("li.hint", "No fault is ordered."));
  }
  const timer = setInterval(draw, EVERY_MS);
  draw();

  const apps = () => store.applications.map((one) => h("button.press", { type: "button", class: one.revoked ? "bad" : null, onclick: (event) => { one.revoked = !one.revoked; const node = event.currentTarget; attempt(() => sim("POST", "/token", { application_id: one.id, revoked: one.revoked })); node.classList.toggle("bad", one.revoked); fill(node, one.revoked ? `Restore ${one.name}'s token` : `Revoke ${one.name}'s token`); } }, one.revoked ? `Restore ${one.name}'s token` : `Revoke ${one.name}'s token`));
  const node = h("div.fault-panel",
    h("section", h("h3.legend", "Next requests and events"), h("div.presses", PRESETS.map(([name, fault]) => h("button.press", { type: "button", onclick: () => order(fault) }, name))), h("div.own", own, h("button.press.primary", { type: "button", onclick: orderOwn }, "Order"))),
    h("section", h("h3.legend", "Gateway, now"), h("div.presses", ACTS.map(([name, act]) => h("button.press", { type: "button", onclick: () => attempt(() => sim("POST", "/gateway", act), name) }, name))), h("h3.legend", "Token"), h("div.presses", apps())),
    h("section", h("h3.legend", "Ordered ", h("button.as-link", { type: "button", onclick: () => attempt(() => sim("DELETE", "/faults")).then(draw) }, "remove all")), list));
  return { node, stop() { stopped = true; clearInterval(timer); } };
}

function wordsOf(one) {
  if (one.kind !== "http") return [one.kind, one.event, one.seconds ? `${one.seconds} s` : ""].filter(Boolean).join(" ");
  return [one.method === "*" ? "" : one.method, one.path, one.drop ? "dropped" : one.status ?? "", one.stored ? "stored" : "", one.global ? "global" : "", one.delay_seconds ? `+${one.delay_seconds} s` : ""].filter(Boolean).join(" ");
}
