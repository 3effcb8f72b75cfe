// Reactions under a message: press to add or take away one's own; hold the pointer to see whose they are.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { emojiNode } from "../content/avatars.js";
import { emojiKey } from "../content/emoji.js";
import { channel } from "../state/store.js";
import { nameOf } from "../state/names.js";
import { get, put, remove } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";
import { openEmojiPicker } from "../overlays/emoji_picker.js";

const path = (one, emoji) => `/channels/${one.channel_id}/messages/${one.id}/reactions/${emojiKey(emoji)}`;

export const react = (one, emoji) => attempt(() => put(`${path(one, emoji)}/@me`));
export const unreact = (one, emoji) => attempt(() => remove(`${path(one, emoji)}/@me`));

export function pickReaction(one, anchor) {
  openEmojiPicker(anchor, {
    guildId: channel(one.channel_id)?.guild_id,
    side: "above",
    onPick: (emoji) => react(one, emoji),
  });
}

export function reactionBar(one) {
  if (!one.reactions?.length) return null;
  const add = h(
    "button.reaction.add",
    { type: "button", "aria-label": "Add a reaction", onclick: () => pickReaction(one, add) },
    icon("smile", "small"),
  );
  return h(
    "div.reactions",
    { role: "group", "aria-label": "Reactions" },
    one.reactions.map((each) => pill(one, each)),
    one.flags & 64 ? null : add,
  );
}

function pill(one, { emoji, count, me }) {
  const node = h(
    "button.reaction",
    {
      type: "button",
      "aria-pressed": String(Boolean(me)),
      "aria-label": `${emoji.name}, ${count}`,
      dataset: { key: `r-${emoji.id ?? emoji.name}` },
      onclick: () => (me ? unreact : react)(one, emoji),
      onpointerenter: () => whose(node, one, emoji),
    },
    emojiNode(emoji, { label: false }),
    h("span", count),
  );
  return node;
}

async function whose(node, one, emoji) {
  if (node.title) return;
  try {
    const users = await get(`${path(one, emoji)}?limit=10`);
    const guildId = channel(one.channel_id)?.guild_id;
    node.title = users.map((user) => nameOf(user, guildId)).join(", ");
  } catch {
    /* a hint only: without it the count still says how many */
  }
}
