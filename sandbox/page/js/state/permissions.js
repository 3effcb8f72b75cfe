// What a member may do in a channel: role permissions, then overwrites, as Discord computes them.

import { channel, guild, isThread, member, role, store } from "./store.js";

export const BIT = {
  CREATE_INVITE: 1n << 0n,
  KICK_MEMBERS: 1n << 1n,
  BAN_MEMBERS: 1n << 2n,
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  MANAGE_GUILD: 1n << 5n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  USE_EXTERNAL_EMOJIS: 1n << 18n,
  CHANGE_NICKNAME: 1n << 26n,
  MANAGE_NICKNAMES: 1n << 27n,
  MANAGE_ROLES: 1n << 28n,
  MANAGE_WEBHOOKS: 1n << 29n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
  MODERATE_MEMBERS: 1n << 40n,
  USE_EXTERNAL_APPS: 1n << 50n,
  PIN_MESSAGES: 1n << 51n,
};

const ALL = (1n << 53n) - 1n;

export function permissionsIn(guildId, userId = store.me?.id) {
  const server = guild(guildId);
  const who = member(guildId, userId);
  if (!server) return 0n;
  if (server.owner_id === userId) return ALL;
  let bits = BigInt(role(guildId)?.permissions ?? 0);
  for (const id of who?.roles ?? []) bits |= BigInt(role(id)?.permissions ?? 0);
  return bits & BIT.ADMINISTRATOR ? ALL : bits;
}

export function permissionsAt(channelId, userId = store.me?.id) {
  let place = channel(channelId);
  if (!place) return 0n;
  if (!place.guild_id) return ALL;
  if (isThread(place)) place = channel(place.parent_id) ?? place;
  let bits = permissionsIn(place.guild_id, userId);
  if (bits === ALL) return bits;
  const held = new Set(member(place.guild_id, userId)?.roles ?? []);
  const overwrites = place.permission_overwrites ?? [];
  const apply = (list) => {
    let allow = 0n,
      deny = 0n;
    for (const one of list) {
      allow |= BigInt(one.allow);
      deny |= BigInt(one.deny);
    }
    bits = (bits & ~deny) | allow;
  };
  apply(overwrites.filter((one) => one.id === place.guild_id));
  apply(overwrites.filter((one) => Number(one.type) === 0 && one.id !== place.guild_id && held.has(one.id)));
  apply(overwrites.filter((one) => Number(one.type) === 1 && one.id === userId));
  return bits;
}

export const may = (name, channelId) => (permissionsAt(channelId) & BIT[name]) !== 0n;
export const mayIn = (name, guildId) => (permissionsIn(guildId) & BIT[name]) !== 0n;

export function maySend(channelId) {
  const place = channel(channelId);
  if (!place) return false;
  if (isThread(place) && place.thread_metadata?.locked && !may("MANAGE_THREADS", channelId)) return false;
  return may(isThread(place) ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES", channelId);
}
