// What this person has read, kept in the browser, and how often they were called by name since.

import { channel, isDirect, isForum, store, tell } from "./store.js";
import { compareIds } from "../wire/snowflake.js";
import { permissionsAt, BIT } from "./permissions.js";

let marks = {};
let calls = {};
const key = () => `sandbox.read.${store.me.id}`;

export function openMarks() {
  const kept = localStorage.getItem(key());
  const known = kept ? JSON.parse(kept) : { marks: {}, calls: {}, fresh: true };
  ({ marks, calls } = known);
  if (known.fresh)
    for (const one of store.channels.values()) if (!isDirect(one)) marks[one.id] = one.last_message_id ?? one.id;
  save();
}

// Another tab of the same person reads too.
addEventListener("storage", (event) => {
  if (!store.me || event.key !== key() || !event.newValue) return;
  ({ marks, calls } = JSON.parse(event.newValue));
  tell("unread");
});

const save = () => localStorage.setItem(key(), JSON.stringify({ marks, calls }));

export const readMark = (channelId) => marks[channelId] ?? null;

export function markRead(channelId, id = channel(channelId)?.last_message_id) {
  if (!id || (marks[channelId] && compareIds(marks[channelId], id) >= 0 && !calls[channelId])) return;
  marks[channelId] = id;
  delete calls[channelId];
  save();
  tell("unread");
}

export function markUnread(channelId, id) {
  marks[channelId] = String(BigInt(id) - 1n);
  save();
  tell("unread");
}

export function isUnread(one) {
  if (!one?.last_message_id || isForum(one)) return false;
  if (one.guild_id && !(permissionsAt(one.id) & BIT.VIEW_CHANNEL)) return false;
  return !marks[one.id] || compareIds(one.last_message_id, marks[one.id]) > 0;
}

export const callsIn = (channelId) => calls[channelId] ?? 0;

/** Counts a message that names me, or any in a direct message. */
export function noteMessage(one) {
  if (one.author?.id === store.me.id) {
    markRead(one.channel_id, one.id);
    return;
  }
  if (namesMe(one) || isDirect(channel(one.channel_id))) {
    calls[one.channel_id] = (calls[one.channel_id] ?? 0) + 1;
    save();
  }
  tell("unread");
}

export function namesMe(one) {
  if (one.mention_everyone || (one.mentions ?? []).some((user) => user.id === store.me.id)) return true;
  const guildId = channel(one.channel_id)?.guild_id;
  const held = store.members.get(guildId)?.get(store.me.id)?.roles ?? [];
  return (one.mention_roles ?? []).some((id) => held.includes(id));
}
