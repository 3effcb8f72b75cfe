// The inputs of a bot's dialog by component type: {node, target, group, check() → fault or null, read(files) → what is sent}.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";
import { bytes } from "../content/media.js";
import { selectNode } from "./select.js";
import { emojiNode } from "../content/avatars.js";
import { place } from "../state/router.js";

export function controlOf(component, modal, label) {
  const make = { 4: text, 3: select, 5: select, 6: select, 7: select, 8: select, 19: upload, 21: radios, 22: ticks, 23: box }[component.type];
  if (make) return make(component, modal, label);
  return { node: h("p.hint", `Component type ${component.type} is not known here.`), check: () => null, read: () => echo(component) };
}

const echo = (component, rest = {}) => ({ type: component.type, id: component.id, custom_id: component.custom_id, ...rest });
const isNeeded = (component) => component.required !== false;

function text(component) {
  const long = component.style === 2;
  const node = h(long ? "textarea.input" : "input.input", { ...(long ? { rows: 4 } : { type: "text" }), value: component.value ?? "", placeholder: component.placeholder, maxlength: component.max_length ?? 4000, dataset: { key: component.custom_id } });
  const left = h("span.hint.left");
  const count = () => fill(left, component.max_length ? `${node.value.length} / ${component.max_length}` : "");
  node.addEventListener("input", count);
  count();
  return {
    node: h("div.text-control", node, left), target: node, read: () => echo(component, { value: node.value }),
    check() {
      if (isNeeded(component) && !node.value.trim()) return "This field is required.";
      if (node.value && component.min_length && node.value.length < component.min_length) return `Write at least ${component.min_length} characters.`;
      return null;
    },
  };
}

function select(component, modal, label) {
  const node = selectNode({ ...component, min_values: component.required === false ? 0 : component.min_values }, { channelId: modal.channel_id ?? place.channelId, onDone() {}, label });
  return {
    node, target: node, read: () => echo(component, { values: node.readValues() }),
    check() {
      const { length } = node.readValues();
      const min = component.min_values ?? 1;
      if (isNeeded(component) && length < Math.max(min, 1) && min > 0) return min > 1 ? `Choose at least ${min}.` : "Choose one.";
      return null;
    },
  };
}

function upload(component) {
  const max = component.max_values ?? 1;
  const min = component.min_values ?? 1;
  let chosen = [];
  const input = h("input.unseen", { type: "file", multiple: max > 1, tabindex: -1, "aria-hidden": "true", dataset: { key: component.custom_id } });
  const list = h("ul.upload-list");
  const opener = h("button.drop", { type: "button", onclick: () => input.click() }, icon("clip"), max > 1 ? `Choose or drop up to ${max} files` : "Choose or drop a file");
  const add = (files) => { chosen = [...(max > 1 ? chosen : []), ...files].slice(-max); draw(); };
  const draw = () => fill(list, chosen.map((file, index) => h("li", file.type.startsWith("image/") ? h("img", { src: URL.createObjectURL(file), alt: "" }) : icon("file"), h("span.grow.cut", file.name), h("small", bytes(file.size)),
    h("button.tool", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => { chosen.splice(index, 1); draw(); opener.focus(); } }, icon("close", "small")))));
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  const node = h("div.upload", opener, input, list);
  node.addEventListener("dragover", (event) => { event.preventDefault(); event.stopPropagation(); node.classList.add("over"); });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => { event.preventDefault(); event.stopPropagation(); node.classList.remove("over"); add([...event.dataTransfer.files]); });
  return {
    node, target: opener,
    read: (files) => echo(component, { values: chosen.map((file) => String(files.push(file) - 1)) }),
    check: () => (isNeeded(component) && chosen.length < Math.max(min, 1) ? (min > 1 ? `Choose at least ${min} files.` : "Choose a file.") : null),
  };
}

function optionRow(kind, name, one, checked) {
  return h("label.tick", h("input", { type: kind, name, value: one.value, checked }), one.emoji ? emojiNode(one.emoji) : null, h("span", one.label, one.description ? h("small.hint", one.description) : null));
}

let groups = 0;
function radios(component) {
  const name = `radio-${groups += 1}`;
  const node = h("div.tick-group", { role: "radiogroup" }, component.options.map((one) => optionRow("radio", name, one, Boolean(one.default))));
  const value = () => node.querySelector("input:checked")?.value ?? null;
  return { node, group: true, read: () => echo(component, { value: value() }), check: () => (isNeeded(component) && value() === null ? "Choose one." : null) };
}

function ticks(component) {
  const node = h("div.tick-group", { role: "group" }, component.options.map((one) => optionRow("checkbox", `ticks-${groups}`, one, Boolean(one.default))));
  const values = () => [...node.querySelectorAll("input:checked")].map((one) => one.value);
  return {
    node, group: true, read: () => echo(component, { values: values() }),
    check() {
      const { length } = values();
      const min = component.min_values ?? (isNeeded(component) ? 1 : 0);
      if ((length > 0 || isNeeded(component)) && length < min) return min > 1 ? `Choose at least ${min}.` : "Choose one.";
      if (component.max_values && length > component.max_values) return `Choose at most ${component.max_values}.`;
      return null;
    },
  };
}

function box(component) {
  const node = h("input", { type: "checkbox", checked: Boolean(component.default ?? component.value) });
  return { node: h("label.tick", node, h("span.unseen", "On")), target: node, read: () => echo(component, { value: node.checked }), check: () => null };
}
