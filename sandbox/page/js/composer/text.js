// Between what is typed and what is sent: @names, #channels and :emoji: become their ids, and back for editing.

import { channel, guild, rolesOf, store } from "../state/store.js";
import { nameOf } from "../state/names.js";
import { ALL } from "../content/emoji.js";

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const ALONE = /(```[\s\S]*?```|`[^`\n]*`|(?<![\p{L}\p{N}])https?:\/\/[^\s<]+)/u;

/** What is sent for a typed text. Code and links are left alone. */
export function toWire(text, channelId) {
  return text
    .split(ALONE)
    .map((part, index) => (index % 2 ? part : convert(part, channelId)))
    .join("");
}

function convert(text, channelId) {
  const guildId = channel(channelId)?.guild_id;
  let out = text;
  if (out.includes("@")) {
    const people = guildId
      ? [...(store.members.get(guildId)?.values() ?? [])].map((one) => one.user)
      : [...store.users.values()];
    const names = people.flatMap((user) =>
      [...new Set([user.username, nameOf(user, guildId)])].map((name) => [name, `<@${user.id}>`]),
    );
    if (guildId)
      names.push(
        ...rolesOf(guildId)
          .filter((one) => one.id !== guildId)
          .map((one) => [one.name, `<@&${one.id}>`]),
      );
    for (const [name, mark] of names.sort((a, b) => b[0].length - a[0].length))
      out = out.replace(new RegExp(`(?<![\\w<])@${escape(name)}(?![\\w])`, "g"), mark);
  }
  if (out.includes("#") && guildId) {
    const known = [...store.channels.values()]
      .filter((one) => one.guild_id === guildId && one.type !== 4)
      .sort((a, b) => b.name.length - a.name.length);
    for (const one of known)
      out = out.replace(new RegExp(`(?<![\\w<])#${escape(one.name)}(?![\\w-])`, "g"), `<#${one.id}>`);
  }
  return out.replace(/(?<![\w<]):(\w{2,32}):/g, (whole, name) => {
    const custom = (guild(guildId)?.emojis ?? []).find((one) => one.name === name);
    if (custom) return `<${custom.animated ? "a" : ""}:${custom.name}:${custom.id}>`;
    return ALL.find((one) => one.short === name || one.words.split(" ")[0] === name)?.name ?? whole;
  });
}

export function toDisplay(text) {
  return (text ?? "")
    .replace(/<@!?(\d+)>/g, (whole, id) => (store.users.has(id) ? `@${store.users.get(id).username}` : whole))
    .replace(/<#(\d+)>/g, (whole, id) => (channel(id) ? `#${channel(id).name}` : whole))
    .replace(/<a?:(\w+):\d+>/g, ":$1:");
}

export function fitHeight(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.45)}px`;
}
