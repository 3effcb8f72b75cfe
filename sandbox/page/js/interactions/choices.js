// People, roles, channels and plain options as rows for a list to choose from.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar, emojiNode } from "../content/avatars.js";
import { channel, rolesOf, store, isThread } from "../state/store.js";
import { channelIcon, channelName, hex, nameOf } from "../state/names.js";
import { BIT, permissionsAt } from "../state/permissions.js";

export function people(channelId) {
  const { guild_id: guildId, recipients } = channel(channelId) ?? {};
  const users = guildId
    ? [...(store.members.get(guildId)?.values() ?? [])].map((one) => one.user)
    : [store.me, ...(recipients ?? []).map((user) => store.users.get(user.id) ?? user)];
  return users
    .map((user) => ({
      value: user.id,
      label: nameOf(user, guildId),
      description: user.username,
      lead: avatar(user, 24, { guildId }),
      kind: "user",
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

export const roles = (channelId) =>
  rolesOf(channel(channelId)?.guild_id).map((one) => ({
    value: one.id,
    label: one.id === one.guild_id ? "@everyone" : one.name,
    lead: h("span.dot", { style: one.color ? { background: hex(one.color) } : {} }),
    kind: "role",
  }));

export const channels = (channelId, types = null) =>
  [...store.channels.values()]
    .filter(
      (one) =>
        one.guild_id &&
        one.guild_id === channel(channelId)?.guild_id &&
        (types?.length ? types.includes(one.type) : one.type !== 4 || types === null) &&
        permissionsAt(one.id) & BIT.VIEW_CHANNEL,
    )
    .sort((a, b) => isThread(a) - isThread(b) || (a.position ?? 0) - (b.position ?? 0))
    .map((one) => ({
      value: one.id,
      label: channelName(one),
      description: channel(one.parent_id)?.name,
      lead: icon(channelIcon(one)),
      kind: "channel",
    }));

/** The rows of a select component: 3 string, 5 user, 6 role, 7 mentionable, 8 channel. */
export function rowsOf(component, channelId) {
  if (component.type === 5) return people(channelId);
  if (component.type === 6) return roles(channelId);
  if (component.type === 7) return [...people(channelId), ...roles(channelId)];
  if (component.type === 8) return channels(channelId, component.channel_types ?? []);
  return (component.options ?? []).map((one) => ({
    value: one.value,
    label: one.label,
    description: one.description,
    lead: one.emoji ? emojiNode(one.emoji) : null,
  }));
}

export const chosenAtFirst = (component) =>
  component.type === 3
    ? (component.options ?? []).filter((one) => one.default).map((one) => one.value)
    : (component.default_values ?? []).map((one) => one.id);
