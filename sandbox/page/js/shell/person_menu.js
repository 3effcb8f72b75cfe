// What one may do with a person: message, use an app's user command, give roles, become them.

import { store, tell, member, guild, rolesOf, keepChannel } from "../state/store.js";
import { mayIn } from "../state/permissions.js";
import { go, place } from "../state/router.js";
import { become } from "../state/session.js";
import { post, put, remove, patch } from "../wire/api.js";
import { attempt, copy } from "../overlays/toast.js";
import { openMenu } from "../overlays/menu.js";
import { confirmDialog } from "../overlays/dialog.js";
import { knownCommands, commandsAt } from "../interactions/commands.js";
import { runCommand } from "../interactions/interactions.js";
import { applicationFace } from "../content/avatars.js";
import { now } from "../state/clock.js";
import { nameOf } from "../state/names.js";

const TIMEOUT_MS = 600_000;

export async function openDirect(userId) {
  const one = await attempt(() => post("/users/@me/channels", { recipient_id: userId }));
  if (!one) return;
  keepChannel(one);
  tell("channels");
  go(one.id);
}

/** User commands (type 2) or message commands (type 3) as menu items. */
export function appItems(type, target) {
  const { menus, applications } = knownCommands(place.channelId);
  return menus[type].map((command) => {
    const application = applications.get(command.application_id);
    return {
      label: command.name,
      hint: application?.name,
      lead: application ? applicationFace(application, 18) : null,
      run: () => runCommand(command, { target }),
    };
  });
}

/** Asks for the index before the menu opens, so that its apps are there. */
export const prepareApps = () => commandsAt(place.channelId).catch(() => null);

export function personMenu(user, guildId) {
  const name = nameOf(user, guildId);
  const isMe = user.id === store.me.id;
  const isPerson = store.people.some((one) => one.user.id === user.id);
  const apps = place.channelId ? appItems(2, user.id) : [];
  return [
    !isMe && { label: "Message", icon: "mail", run: () => openDirect(user.id) },
    { label: "Mention", icon: "person", run: () => tell("mention", user) },
    isPerson && !isMe && { label: `Be ${name}`, icon: "swap", run: () => become(user.id) },
    apps.length && { label: "Apps", sub: apps },
    guildId && mayIn("MANAGE_ROLES", guildId) && { label: "Roles", sub: roleItems(user, guildId) },
    ...(guildId && !isMe && user.id !== guild(guildId)?.owner_id ? moderation(user, guildId) : []),
    "-",
    { label: "Copy user id", icon: "copy", run: () => copy(user.id) },
  ].filter(Boolean);
}

function roleItems(user, guildId) {
  const held = member(guildId, user.id)?.roles ?? [];
  const flip = (id) => (held.includes(id) ? remove : put)(`/guilds/${guildId}/members/${user.id}/roles/${id}`);
  return rolesOf(guildId)
    .filter((one) => one.id !== guildId && !one.managed)
    .map((one) => ({ label: one.name, checked: held.includes(one.id), run: () => attempt(() => flip(one.id)) }));
}

function moderation(user, guildId) {
  const path = `/guilds/${guildId}/members/${user.id}`;
  const until = () => new Date(now() + TIMEOUT_MS).toISOString();
  const silence = () => attempt(() => patch(path, { communication_disabled_until: until() }), "Timed out");
  const kick = async () => {
    const title = `Kick ${nameOf(user, guildId)}`;
    if (await confirmDialog({ title, text: "They leave this server.", yes: "Kick" })) attempt(() => remove(path));
  };
  return [
    mayIn("MODERATE_MEMBERS", guildId) && { label: "Time out for 10 minutes", icon: "clock", run: silence },
    mayIn("KICK_MEMBERS", guildId) && { label: "Kick", icon: "trash", danger: true, run: kick },
  ];
}

export async function openPersonMenu(anchor, user, guildId) {
  await prepareApps();
  openMenu(anchor, personMenu(user, guildId), { label: nameOf(user, guildId) });
}
