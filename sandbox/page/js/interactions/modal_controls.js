// The inputs of a bot's dialog by component type: {node, target, group, check() → fault or null, read(files) → what is sent}.

import { h, fill } from "../dom.js";
import { FileField } from "./file_field.js";
import { selectNode } from "./select.js";
import { emojiNode } from "../content/avatars.js";
import { place } from "../state/router.js";

export function controlOf(component, modal, label) {
  const make = {
    4: text,
    3: select,
    5: select,
    6: select,
    7: select,
    8: select,
    19: (component) => new FileField(component),
    21: radios,
    22: ticks,
    23: box,
  }[component.type];
  if (make) return make(component, modal, label);
  return {
    node: h("p.hint", `Component type ${component.type} is not known here.`),
    check: () => null,
    read: () => echo(component),
  };
}

const echo = (component, rest = {}) => ({
  type: component.type,
  id: component.id,
  custom_id: component.custom_id,
  ...rest,
});
const isNeeded = (component) => component.required !== false;

function text(component) {
  const long = component.style === 2;
  const node = h(long ? "textarea.input" : "input.input", {
    ...(long ? { rows: 4 } : { type: "text" }),
    value: component.value ?? "",
    placeholder: component.placeholder,
    maxlength: component.max_length ?? 4000,
    dataset: { key: component.custom_id },
  });
  const left = h("span.hint.left");
  const count = () => fill(left, component.max_length ? `${node.value.length} / ${component.max_length}` : "");
  node.addEventListener("input", count);
  count();
  return {
    node: h("div.text-control", node, left),
    target: node,
    read: () => echo(component, { value: node.value }),
    check() {
      if (isNeeded(component) && !node.value.trim()) return "This field is required.";
      if (node.value && component.min_length && node.value.length < component.min_length)
        return `Write at least ${component.min_length} characters.`;
      return null;
    },
  };
}

function select(component, modal, label) {
  const node = selectNode(
    { ...component, min_values: component.required === false ? 0 : component.min_values },
    { channelId: modal.channel_id ?? place.channelId, onDone() {}, label },
  );
  return {
    node,
    target: node,
    read: () => echo(component, { values: node.readValues() }),
    check() {
      const { length } = node.readValues();
      const min = component.min_values ?? 1;
      if (isNeeded(component) && length < Math.max(min, 1) && min > 0)
        return min > 1 ? `Choose at least ${min}.` : "Choose one.";
      return null;
    },
  };
}

function optionRow(kind, name, one, checked) {
  return h(
    "label.tick",
    h("input", { type: kind, name, value: one.value, checked }),
    one.emoji ? emojiNode(one.emoji) : null,
    h("span", one.label, one.description ? h("small.hint", one.description) : null),
  );
}

let groups = 0;
function radios(component) {
  const name = `radio-${(groups += 1)}`;
  const node = h(
    "div.tick-group",
    { role: "radiogroup" },
    component.options.map((one) => optionRow("radio", name, one, Boolean(one.default))),
  );
  const value = () => node.querySelector("input:checked")?.value ?? null;
  return {
    node,
    group: true,
    read: () => echo(component, { value: value() }),
    check: () => (isNeeded(component) && value() === null ? "Choose one." : null),
  };
}

function ticks(component) {
  const node = h(
    "div.tick-group",
    { role: "group" },
    component.options.map((one) => optionRow("checkbox", `ticks-${groups}`, one, Boolean(one.default))),
  );
  const values = () => [...node.querySelectorAll("input:checked")].map((one) => one.value);
  return {
    node,
    group: true,
    read: () => echo(component, { values: values() }),
    check() {
      const { length } = values();
      const min = component.min_values ?? (isNeeded(component) ? 1 : 0);
      if ((length > 0 || isNeeded(component)) && length < min)
        return min > 1 ? `Choose at least ${min}.` : "Choose one.";
      if (component.max_values && length > component.max_values) return `Choose at most ${component.max_values}.`;
      return null;
    },
  };
}

function box(component) {
  const node = h("input", { type: "checkbox", checked: Boolean(component.default ?? component.value) });
  return {
    node: h("label.tick", node, h("span.unseen", "On")),
    target: node,
    read: () => echo(component, { value: node.checked }),
    check: () => null,
  };
}
