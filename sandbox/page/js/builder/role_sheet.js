// A role's name, colour and permissions.

import { h } from "../dom.js";
import { confirmDialog, field, openDialog, tick } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { hex } from "../state/names.js";
import { BIT, mayIn } from "../state/permissions.js";
import { patch, remove } from "../wire/api.js";
import { PERMISSIONS } from "./permission_names.js";

const NO_COLOUR = 0x9ea7b6;

export function openRole(guildId, role) {
  const isEveryone = role.id === guildId;
  const mayChange = mayIn("MANAGE_ROLES", guildId);
  const look = isEveryone ? null : lookFields(role, !mayChange);
  const boxes = permissionBoxes(role, !mayChange);
  const path = `/guilds/${guildId}/roles/${role.id}`;

  const save = async () => {
    const body = { permissions: readPermissions(role, boxes), ...(look?.read() ?? {}) };
    if (await attempt(() => patch(path, body), "Saved")) dialog.close();
  };
  const erase = async () => {
    if (!(await confirmDialog({ title: `Delete ${role.name}`, text: "Those who have it lose it." }))) return;
    await attempt(() => remove(path));
    dialog.close();
  };
  const isFixed = isEveryone || !mayChange || role.managed;
  const dialog = openDialog({
    title: isEveryone ? "@everyone" : role.name,
    onSubmit: save,
    body: [look?.nodes, h("fieldset.tick-columns", h("legend.legend", "Permissions"), boxes)],
    foot: [
      isFixed ? null : h("button.press.plain", { type: "button", onclick: erase }, "Delete role"),
      h("span.grow"),
      h("button.press.primary", { type: "submit", disabled: !mayChange }, "Save"),
    ],
  });
}

function lookFields(role, disabled) {
  const before = hex(role.color || NO_COLOUR);
  const name = h("input.input", { type: "text", maxlength: 100, value: role.name, disabled });
  const colour = h("input.colour", { type: "color", value: before, disabled });
  const hoist = tick("Shown apart in the member list", role.hoist, { disabled });
  const mentionable = tick("May be mentioned by anyone", role.mentionable, { disabled });
  return {
    nodes: [field("Name", name), field("Colour", colour), hoist, mentionable],
    read: () => ({
      name: name.value.trim(),
      color: colour.value === before ? (role.color ?? 0) : parseInt(colour.value.slice(1), 16),
      hoist: hoist.firstChild.checked,
      mentionable: mentionable.firstChild.checked,
    }),
  };
}

function permissionBoxes(role, disabled) {
  const bits = BigInt(role.permissions ?? 0);
  return PERMISSIONS.map(([key, label]) => tick(label, (bits & BIT[key]) !== 0n, { value: key, disabled }));
}

/** What the boxes do not show stays as it was. */
function readPermissions(role, boxes) {
  let bits = BigInt(role.permissions ?? 0);
  for (const { firstChild: box } of boxes) bits = box.checked ? bits | BIT[box.value] : bits & ~BIT[box.value];
  return String(bits);
}
