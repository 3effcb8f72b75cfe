// A server's name, roles, emoji and apps.

import { fill, h, keepFocus } from "../dom.js";
import { icon } from "../icons.js";
import { emojiNode } from "../content/avatars.js";
import { confirmDialog, field, openDialog } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { hex } from "../state/names.js";
import { mayIn } from "../state/permissions.js";
import { dropGuild, guild, listen, rolesOf, tell } from "../state/store.js";
import { patch, post, remove } from "../wire/api.js";
import { openRole } from "./role_sheet.js";
import { appRows } from "./world.js";

listen("server-settings", (guildId) => {
  const server = guild(guildId);
  const mayChange = mayIn("MANAGE_GUILD", guildId);
  const name = h("input.input", { type: "text", maxlength: 100, value: server.name, disabled: !mayChange });
  const roles = liveList("members", () => roleRows(guildId));
  const emoji = liveList("event:GUILD_EMOJIS_UPDATE", () => emojiRows(guildId, mayChange));

  const save = async () => {
    const isSame = !mayChange || name.value.trim() === server.name;
    if (isSame || (await attempt(() => patch(`/guilds/${guildId}`, { name: name.value.trim() }), "Saved")))
      dialog.close();
  };
  const erase = async () => {
    if (await eraseServer(server)) dialog.close();
  };
  const dialog = openDialog({
    title: server.name,
    onSubmit: save,
    onClose: () => [roles, emoji].forEach((one) => one.stop()),
    body: [
      field("Name", name),
      h("section", h("h3.legend", "Roles"), roles.node),
      h("section", h("h3.legend", "Emoji"), emoji.node),
      h("section", h("h3.legend", "Apps"), h("ul.setting-list", appRows(guildId))),
    ],
    foot: [
      mayChange ? h("button.press.plain", { type: "button", onclick: erase }, "Delete server") : null,
      h("span.grow"),
      h("button.press.primary", { type: "submit" }, "Save"),
    ],
  });
});

/** A list that is drawn again whenever the topic is told. */
function liveList(topic, rows) {
  const node = h("div.setting-list");
  const draw = () => keepFocus(node, () => fill(node, rows()));
  draw();
  return { node, stop: listen(topic, draw) };
}

async function eraseServer(server) {
  if (!(await confirmDialog({ title: `Delete ${server.name}`, text: "The server and all in it goes." }))) return false;
  if ((await attempt(() => remove(`/guilds/${server.id}`))) === undefined) return false;
  dropGuild(server.id);
  tell("world");
  location.hash = "#/channels/@me";
  return true;
}

function roleRows(guildId) {
  const make = () => attempt(() => post(`/guilds/${guildId}/roles`, { name: "new role" }));
  const rows = rolesOf(guildId).map((one) => {
    const dot = h("span.dot", { style: one.color ? { background: hex(one.color) } : {} });
    const name = h("span.grow", one.id === guildId ? "@everyone" : one.name);
    const open = () => openRole(guildId, one);
    return h("button.setting-row", { type: "button", onclick: open }, dot, name, icon("right", "small"));
  });
  const maker = h("button.press", { type: "button", onclick: make }, icon("plus", "small"), "New role");
  return [rows, mayIn("MANAGE_ROLES", guildId) ? maker : null];
}

function emojiRows(guildId, mayChange) {
  const known = (guild(guildId)?.emojis ?? []).map((one) => h("span", { title: `:${one.name}:` }, emojiNode(one)));
  return [h("div.emoji-row", known), mayChange ? uploader(guildId) : null];
}

function uploader(guildId) {
  const accept = "image/png,image/jpeg,image/gif,image/webp";
  const input = h("input.unseen", { type: "file", accept, tabindex: -1, "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (!file) return;
    const name = file.name
      .replace(/\.\w+$/, "")
      .replace(/\W/g, "_")
      .slice(0, 32)
      .padEnd(2, "_");
    const reader = new FileReader();
    reader.onload = () =>
      attempt(() => post(`/guilds/${guildId}/emojis`, { name, image: reader.result, roles: [] }), "Added");
    reader.readAsDataURL(file);
  });
  const open = h("button.press", { type: "button", onclick: () => input.click() }, icon("plus", "small"), "New emoji");
  return h("span", open, input);
}
