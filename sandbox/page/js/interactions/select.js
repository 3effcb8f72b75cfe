// A select menu: a button that names what is chosen and opens the list. Used in messages and in dialogs.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";
import { openListbox } from "../overlays/listbox.js";
import { chosenAtFirst, rowsOf } from "./choices.js";

/** selectNode(component, {channelId, onDone(values), busy}) */
export function selectNode(component, { channelId, onDone, busy = false, label = null }) {
  let chosen = chosenAtFirst(component);
  const min = component.min_values ?? 1;
  const max = component.max_values ?? 1;
  const name = label ?? (component.placeholder || "Make a selection");
  const face = h("span.select-face");
  const node = h(
    "button.select",
    {
      type: "button",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      disabled: Boolean(component.disabled) || busy,
      dataset: { key: component.custom_id },
      onclick: () =>
        openListbox(node, {
          options: rowsOf(component, channelId),
          label: name,
          multiple: max > 1 || min === 0,
          min,
          max,
          chosen,
          onDone: (values) => {
            chosen = values;
            draw();
            onDone(values);
          },
        }),
    },
    face,
    busy ? dots() : icon("down", "small"),
  );

  function draw() {
    const rows = chosen.length ? rowsOf(component, channelId).filter((row) => chosen.includes(row.value)) : [];
    if (!rows.length) fill(face, h("span.placeholder", component.placeholder || "Make a selection"));
    else if (max === 1) fill(face, rows[0].lead ?? null, h("span.cut", rows[0].label));
    else
      fill(
        face,
        rows.map((row) => h("span.chip", row.label)),
      );
    node.setAttribute("aria-label", rows.length ? `${name}: ${rows.map((row) => row.label).join(", ")}` : name);
  }
  draw();
  node.readValues = () => chosen;
  return node;
}

export const dots = () => h("span.dots", { role: "img", "aria-label": "Working" }, h("i"), h("i"), h("i"));
