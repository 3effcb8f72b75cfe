// Where we are, in the address: #/channels/{server or @me}/{channel}/{message}, the shape of Discord's own links.

import { channel, guild, isDirect, store, tell } from "./store.js";
import { BIT, permissionsAt } from "./permissions.js";

export const place = { guildId: null, channelId: null, messageId: null };

export const addressOf = (channelId, messageId = null) => {
  const one = channel(channelId);
  return `#/channels/${one?.guild_id ?? "@me"}/${channelId}${messageId ? `/${messageId}` : ""}`;
};

export function go(channelId, messageId = null) {
  const address = addressOf(channelId, messageId);
  if (location.hash === address) follow(true);
  else location.hash = address;
}

export const goServer = (guildId) => {
  location.hash = `#/channels/${guildId}/${lastOf(guildId) ?? ""}`;
};

const lastKey = (guildId) => `sandbox.last.${store.me.id}.${guildId}`;

function lastOf(guildId) {
  const kept = sessionStorage.getItem(lastKey(guildId));
  if (kept && visible(channel(kept))) return kept;
  return guildId === "@me" ? null : firstChannel(guildId)?.id;
}

const visible = (one) => one && (!one.guild_id || permissionsAt(one.id) & BIT.VIEW_CHANNEL);

export const firstChannel = (guildId) =>
  [...store.channels.values()]
    .filter((one) => one.guild_id === guildId && [0, 5].includes(one.type) && visible(one))
    .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))[0];

/** Reads the address; falls back to the first server's first channel. `asked`: by this person, not by an event. */
export function follow(asked = false) {
  if (!store.me) return;
  const found = /^#\/channels\/(@me|\d+)(?:\/(\d+))?(?:\/(\d+))?/.exec(location.hash);
  let [guildId, channelId, messageId] = found ? found.slice(1) : [null, null, null];
  const one = channel(channelId);
  if (one) guildId = one.guild_id ?? "@me";
  if (channelId && !visible(one)) channelId = null;
  if (!guildId || (guildId !== "@me" && !guild(guildId))) {
    guildId = [...store.guilds.keys()][0] ?? "@me";
    channelId = null;
  }
  if (!channelId) channelId = lastOf(guildId) ?? null;
  if (channelId) sessionStorage.setItem(lastKey(guildId), channelId);
  const isElsewhere = place.guildId !== guildId || place.channelId !== channelId;
  Object.assign(place, { guildId, channelId, messageId: messageId ?? null });
  tell("place", { arrived: asked || isElsewhere });
}

/** discord.com/channels/… as an address inside this page, or null. */
export function inwardAddress(href) {
  const found = /^https?:\/\/(?:(?:ptb|canary)\.)?discord(?:app)?\.com\/channels\/(@me|\d+)(\/\d+)?(\/\d+)?\/?$/.exec(
    href,
  );
  return found ? `#/channels/${found[1]}${found[2] ?? ""}${found[3] ?? ""}` : null;
}

export const here = () => channel(place.channelId);
export const isHere = (channelId) => place.channelId === channelId;
export { isDirect };

addEventListener("hashchange", () => follow(true));
