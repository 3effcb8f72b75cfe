// A list to choose from, one or several, with search: behind every select menu and every option that offers values.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";
import { float } from "./floating.js";

/** options: [{value, label, description, lead, search}] → calls onDone(values) once: on a pick, or for several when it closes. */
export function openListbox(anchor, { options, label, multiple = false, min = 1, max = 1, chosen = [], search = options.length > 9, onDone, side = "below" }) {
  const picked = new Set(chosen);
  let shown = options;
  let at = Math.max(0, options.findIndex((one) => picked.has(one.value)));
  const id = `list-${Math.random().toString(36).slice(2, 8)}`;
  const list = h("ul.options", { role: "listbox", id, "aria-label": label, "aria-multiselectable": multiple ? "true" : null, tabindex: search ? -1 : 0 });
  const find = search ? h("input.input.find", { type: "text", placeholder: "Search", role: "combobox", "aria-label": `Search ${label}`, "aria-controls": id, "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off" }) : null;
  const box = h("div.listbox", find, list, multiple ? h("button.press.primary", { type: "button", onclick: () => finish() }, "Done") : null);
  const holder = find ?? list;
  let done = false;

  const close = float(box, anchor, { side, match: true, onClose: () => { if (multiple && !done && changed()) finish(true); } });
  const changed = () => picked.size !== chosen.length || chosen.some((value) => !picked.has(value));

  function finish(closed = false) {
    if (done || picked.size < min) { if (!closed) close(); return; }
    done = true;
    if (!closed) close();
    onDone([...picked]);
  }

  function choose(one) {
    if (!multiple) { picked.clear(); picked.add(one.value); finish(); return; }
    if (picked.has(one.value)) picked.delete(one.value);
    else if (picked.size < max) picked.add(one.value);
    else if (max === 1) { picked.clear(); picked.add(one.value); }
    draw();
  }

  function draw() {
    fill(list, shown.length ? shown.map((one, index) => h("li.option", {
      role: "option", id: `${id}-${index}`, "aria-selected": String(picked.has(one.value)), class: index === at ? "active" : null,
      onclick: () => choose(one), onpointermove: () => { if (at !== index) { at = index; mark(); } },
    }, one.lead ?? null, h("span.grow", h("span.label", one.label), one.description ? h("small", one.description) : null), multiple || picked.has(one.value) ? h("span.box", { class: multiple ? null : "round" }, picked.has(one.value) ? icon("check", "small") : null) : null)) : h("li.none", "Nothing found"));
    mark();
  }

  function mark() {
    [...list.children].forEach((node, index) => node.classList.toggle("active", index === at));
    holder.setAttribute("aria-activedescendant", shown.length ? `${id}-${at}` : "");
    list.children[at]?.scrollIntoView?.({ block: "nearest" });
  }

  find?.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    shown = options.filter((one) => `${one.label} ${one.description ?? ""} ${one.search ?? ""}`.toLowerCase().includes(wanted));
    at = 0;
    draw();
  });
  box.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (moves[event.key]) { if (shown.length) at = Math.abs(moves[event.key]) > 1 ? Math.max(0, Math.min(shown.length - 1, at + moves[event.key])) : (at + moves[event.key] + shown.length) % shown.length; mark(); }
    else if (event.key === "Home" && !find) { at = 0; mark(); }
    else if (event.key === "End" && !find) { at = shown.length - 1; mark(); }
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON" || (event.key === " " && !find && event.target === list)) { if (shown[at]) choose(shown[at]); }
    else if (event.key === "Tab" && !multiple) { close(); return; }
    else if (event.key.length === 1 && !find && !event.ctrlKey) {
      const next = shown.findIndex((one, index) => index > at && one.label.toLowerCase().startsWith(event.key.toLowerCase()));
      if (next >= 0) { at = next; mark(); }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  draw();
  holder.focus({ preventScroll: true });
  return close;
}
