// A bot's dialog: labels around inputs, selects, files, radio and check boxes; sends the tree back.

import { h, fill } from "../dom.js";
import { listen } from "../state/store.js";
import { openDialog } from "../overlays/dialog.js";
import { markup } from "../content/markup.js";
import { applicationFace } from "../content/avatars.js";
import { store } from "../state/store.js";
import { controlOf } from "./modal_controls.js";
import { submitModal } from "./interactions.js";
import { dots } from "./select.js";

listen("modal", open);

function open(modal) {
  const parts = [];
  const rows = (modal.components ?? []).map((one, index) => row(one, index, modal, parts));
  const fault = h("p.fault", { role: "alert" });
  const send = h("button.press.primary", { type: "submit" }, "Submit");
  let sending = false;
  const application = modal.application ??
    store.applications.find((one) => one.id === modal.application_id) ?? { id: "0", name: "App" };

  const dialog = openDialog({
    title: modal.title,
    kind: "modal",
    lead: applicationFace(application, 24),
    body: [rows, fault],
    onSubmit: submit,
    foot: [
      h("span.grow.hint", `This form is sent to ${application.name}.`),
      h("button.press.plain", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      send,
    ],
  });

  function submit() {
    if (sending) return;
    const wrong = parts.filter((part) => !part.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    const files = [];
    const components = parts.map((part) => part.read(files));
    sending = true;
    fill(send, dots());
    fill(fault);
    submitModal(modal, components, files, (good, one) => {
      sending = false;
      if (good) dialog.close();
      else {
        fill(send, "Submit");
        fill(fault, one.reason ?? "The application did not respond");
      }
    });
  }
}

/** One top-level component: its node, and a part {check, read, focus} for what is sent. */
function row(one, index, modal, parts) {
  const id = one.id ?? index;
  if (one.type === 10) {
    parts.push({ check: () => true, focus() {}, read: () => ({ type: 10, id }) });
    return markup(one.content);
  }
  if (one.type === 1) {
    const inner = one.components[0];
    const control = controlOf(inner, modal);
    parts.push(partOf(control, (files) => ({ type: 1, id, components: [control.read(files)] })));
    return labelled(inner.label, null, inner, control);
  }
  if (one.type === 18) {
    const control = controlOf(one.component, modal, one.label);
    parts.push(partOf(control, (files) => ({ type: 18, id, component: control.read(files) })));
    return labelled(one.label, one.description, one.component, control);
  }
  return h("p.hint", `Component type ${one.type} is not known here.`);
}

let count = 0;
function labelled(name, hint, component, control) {
  const id = `m${(count += 1)}`;
  const needed = component.required !== false && component.type !== 23;
  const note = h("span.fault", { id: `${id}-e` });
  control.fault = note;
  const target = control.target ?? control.node;
  if (control.group) {
    control.node.setAttribute("aria-labelledby", `${id}-l`);
    return h(
      "div.field",
      h("span.name", { id: `${id}-l`, class: needed ? "needed" : null }, name),
      hint ? h("span.hint", hint) : null,
      control.node,
      note,
    );
  }
  target.id ||= id;
  target.setAttribute("aria-describedby", `${id}-h ${id}-e`);
  if (needed) target.setAttribute("aria-required", "true");
  return h(
    "div.field",
    h("label.name", { for: target.id, class: needed ? "needed" : null }, name),
    hint ? h("span.hint", { id: `${id}-h` }, hint) : null,
    control.node,
    note,
  );
}

function partOf(control, read) {
  return {
    read,
    focus: () => (control.target ?? control.node.querySelector?.("input, button") ?? control.node).focus(),
    check() {
      const wrong = control.check();
      fill(control.fault, wrong ?? "");
      (control.target ?? control.node).setAttribute("aria-invalid", String(Boolean(wrong)));
      return !wrong;
    },
  };
}
