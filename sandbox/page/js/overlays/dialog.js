// Dialogs on the browser's own <dialog>: it keeps the focus in, closes on Esc and gives the focus back.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** openDialog({title, body, actions, onClose, wide}) → {node, close} */
export function openDialog({ title, lead = null, body, foot = null, onClose = null, kind = "", onSubmit = null }) {
  const node = h("dialog.dialog", { class: kind, "aria-label": title });
  const form = h(
    "form.sheet",
    { method: "dialog", novalidate: true },
    h(
      "header",
      lead,
      h("h2.grow", title),
      h("button.tool", { type: "button", "aria-label": "Close", onclick: () => node.close() }, icon("close")),
    ),
    h("div.sheet-body", body),
    foot ? h("footer", foot) : null,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit?.();
  });
  node.append(form);
  node.addEventListener("pointerdown", (event) => {
    if (event.target === node) node.close();
  });
  node.addEventListener("close", () => {
    node.remove();
    onClose?.();
  });
  node.addEventListener("cancel", (event) => {
    if (node.querySelector(".floating")) event.preventDefault();
  });
  document.body.append(node);
  node.showModal();
  (
    node.querySelector(
      "[autofocus], .sheet-body .input, .sheet-body [tabindex='0'], .sheet-body input, footer .primary, footer .bad",
    ) ?? node
  ).focus();
  return { node, close: () => node.close() };
}

export function confirmDialog({ title, text, yes = "Delete", preview = null, danger = true }) {
  return new Promise((resolve) => {
    let answer = false;
    const finish = () => {
      answer = true;
      dialog.close();
    };
    const dialog = openDialog({
      title,
      kind: "narrow",
      onClose: () => resolve(answer),
      onSubmit: finish,
      body: [h("p", text), preview],
      foot: [
        h("button.press.plain", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        h(`button.press.${danger ? "bad" : "primary"}`, { type: "submit", autofocus: true }, yes),
      ],
    });
  });
}

let count = 0;
/** A labelled field: field("Name", input, {hint, needed}) */
export function field(name, control, { hint = null, needed = false } = {}) {
  const id = `f${(count += 1)}`;
  const target = control.matches("input, textarea, select, button")
    ? control
    : control.querySelector("input, textarea, select, button");
  if (target && !target.id) target.id = id;
  const note = hint ? h("span.hint", { id: `${id}-h` }, hint) : null;
  if (note) target?.setAttribute("aria-describedby", `${id}-h`);
  return h(
    "div.field",
    h("label.name", { for: target?.id ?? id, class: needed ? "needed" : null }, name),
    note,
    control,
  );
}

export const tick = (name, checked = false, props = {}) =>
  h("label.tick", h("input", { type: "checkbox", checked, ...props }), h("span", name));
