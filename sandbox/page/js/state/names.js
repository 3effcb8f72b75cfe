// How people and channels are called and coloured here.

import { channel, guild, member, role, store, isDirect, isThread } from "./store.js";

export const nameOf = (user, guildId = null) =>
  (guildId && member(guildId, user?.id)?.nick) || user?.global_name || user?.username || "Unknown";

export function colourOf(userId, guildId) {
  const held = (member(guildId, userId)?.roles ?? []).map(role).filter((one) => one?.color);
  held.sort((a, b) => b.position - a.position);
  return held.length ? hex(held[0].color) : null;
}

export const hex = (number) => `#${Number(number).toString(16).padStart(6, "0")}`;

export function channelName(one) {
  if (!one) return "unknown";
  if (!isDirect(one)) return one.name;
  return (
    one.name ||
    (one.recipients ?? []).map((user) => nameOf(store.users.get(user.id) ?? user)).join(", ") ||
    "Direct message"
  );
}

export function channelIcon(one) {
  if (isThread(one)) return "thread";
  if (one?.nsfw) return "gate";
  return (
    { 0: "hash", 1: "mail", 2: "voice", 3: "people", 5: "news", 13: "voice", 15: "forum", 16: "media" }[one?.type] ??
    "hash"
  );
}

export const guildName = (id) => guild(id)?.name ?? "Unknown";
export const placeName = (id) => {
  const one = channel(id);
  return isDirect(one) ? `@${channelName(one)}` : `#${channelName(one)}`;
};
export const initials = (name) => {
  const words = String(name)
    .trim()
    .split(/[\s_-]+/)
    .filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
};
