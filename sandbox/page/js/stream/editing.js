// Editing one's own message in its place: Enter saves, Esc gives up.

import { h } from "../dom.js";
import { store, tell } from "../state/store.js";
import { patch } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";
import { fitHeight, toDisplay, toWire } from "../composer/text.js";

let current = null;
let typed = null; // so far: the form is drawn anew whenever its message changes
export const isEditing = (one) => current === one.id && one.author?.id === store.me.id;

function redraw(one) {
  tell(`messages:${one.channel_id}`, { changed: one.id });
}

export function startEditing(one) {
  const before = current;
  current = one.id;
  if (before !== one.id) typed = null;
  if (before && before !== one.id) tell("redraw");
  redraw(one);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => document.getElementById(`m-${one.id}`)?.querySelector("textarea")?.focus()),
  );
}

function stop(one) {
  current = typed = null;
  redraw(one);
  document.getElementById("composer")?.focus();
}

export function editForm(one) {
  const area = h("textarea.input", {
    value: typed?.value ?? toDisplay(one.content),
    rows: 1,
    dataset: { key: "edit" },
    "aria-label": "Edit the message",
  });
  const keep = () => (typed = { value: area.value, caret: [area.selectionStart, area.selectionEnd] });
  const save = async () => {
    const content = toWire(area.value.trim(), one.channel_id);
    if (content === one.content) {
      stop(one);
      return;
    }
    if (await attempt(() => patch(`/channels/${one.channel_id}/messages/${one.id}`, { content }))) stop(one);
  };
  area.addEventListener("input", () => fitHeight(area));
  for (const change of ["input", "select", "keyup", "pointerup"]) area.addEventListener(change, keep);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      stop(one);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    } else return;
    event.preventDefault();
  });
  requestAnimationFrame(() => {
    fitHeight(area);
    area.setSelectionRange(...(typed?.caret ?? [area.value.length, area.value.length]));
  });
  return h(
    "div.edit-form",
    area,
    h(
      "p.hint",
      "Esc to ",
      h("button.as-link", { type: "button", onclick: () => stop(one) }, "cancel"),
      " · Enter to ",
      h("button.as-link", { type: "button", onclick: save }, "save"),
    ),
  );
}
