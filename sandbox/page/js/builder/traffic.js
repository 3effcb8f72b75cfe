// The last requests and gateway events, live: a list, and the chosen entry in full.

import { fill, h, oncePerFrame } from "../dom.js";
import { copy } from "../overlays/toast.js";

const KEPT = 400;
const QUIET = new Set(["HEARTBEAT", "HEARTBEAT_ACK"]);
const OPS = { 1: "heartbeat", 2: "identify", 3: "presence", 6: "resume", 8: "members" };

export function mountTraffic() {
  let entries = [];
  let chosen = null;
  let query = "";
  let paused = false;
  const kinds = new Set(["request", "event"]);
  const list = h("ol.traffic", { "aria-label": "Requests and events" });
  const detail = h("div.traffic-detail", h("p.hint", "Choose an entry."));
  const find = h("input.input", { type: "search", placeholder: "Filter", "aria-label": "Filter" });
  find.addEventListener("input", () => { query = find.value.toLowerCase(); draw(); });
  const toggle = (key, label) => h("button.tag", { type: "button", "aria-pressed": String(kinds.has(key)), onclick: (event) => { if (!kinds.delete(key)) kinds.add(key); event.currentTarget.setAttribute("aria-pressed", String(kinds.has(key))); draw(); } }, label);
  const pause = h("button.tag", { type: "button", "aria-pressed": "false", onclick: () => { paused = !paused; pause.setAttribute("aria-pressed", String(paused)); draw(); } }, "Pause");
  const tools = h("div.drawer-tools.grow", toggle("request", "Requests"), toggle("event", "Events"), toggle("received", "Received"), find, pause, h("button.tag", { type: "button", onclick: () => { entries = []; chosen = null; draw(); fill(detail, h("p.hint", "Choose an entry.")); } }, "Clear"));

  const draw = oncePerFrame(() => {
    if (paused) return;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    const shown = entries.filter((one) => kinds.has(one.kind) && !QUIET.has(one.event) && titleOf(one).toLowerCase().includes(query)).slice(-200);
    fill(list, shown.map((one) => h("li", h("button.traffic-row", { type: "button", class: [one.kind, one.status >= 400 && "wrong", chosen === one.number && "chosen"].filter(Boolean).join(" "), onclick: () => choose(one) },
      h("span.at", clockTimeOf(one)), h("span.what", one.kind === "request" ? one.method : one.kind === "event" ? "▼" : "▲"), h("span.grow.cut", nameOf(one)), one.kind === "request" ? h("span.status", one.status ?? "—") : null, one.ms !== undefined ? h("span.ms", `${Math.round(one.ms)} ms`) : null))),
    shown.length ? null : h("li.hint", "Nothing yet."));
    if (atEnd) list.scrollTop = list.scrollHeight;
  });

  function choose(one) {
    chosen = one.number;
    fill(detail, h("div.detail-head", h("b.grow.cut", titleOf(one)), h("button.tag", { type: "button", onclick: () => copy(JSON.stringify(one, null, 2)) }, "Copy")), h("pre", { tabindex: 0 }, JSON.stringify(one, null, 2)));
    draw();
  }

  const source = new EventSource("/_sim/log/live?kinds=request,event,received");
  const take = (one) => { if (entries.some((known) => known.number === one.number)) return; entries.push(one); if (entries.length > KEPT) entries.splice(0, 100); draw(); };
  source.onmessage = (message) => take(JSON.parse(message.data));
  fetch("/_sim/log?limit=100&kinds=request,event,received").then((answer) => answer.json()).then((log) => { entries = [...log.entries, ...entries.filter((one) => !log.entries.some((known) => known.number === one.number))]; draw(); }, () => {});
  draw();
  return { node: h("div.traffic-split", list, detail), tools, stop: () => source.close() };
}

const nameOf = (one) => (one.kind === "request" ? one.path : one.kind === "event" ? one.event : OPS[one.op] ?? `op ${one.op}`);
const titleOf = (one) => `${one.method ?? ""} ${nameOf(one)} ${one.status ?? ""} ${one.note ?? ""}`.trim();
const clockTimeOf = (one) => { const at = new Date(one.at); return Number.isNaN(at.getTime()) ? "" : at.toTimeString().slice(0, 8); };
