// A forum post as a card: its first picture, tags, title, first words, votes and age.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar, emojiNode } from "../content/avatars.js";
import { markup } from "../content/markup.js";
import { isVisual } from "../content/media.js";
import { relative } from "../content/timestamps.js";
import { onMenu } from "../overlays/menu.js";
import { channelMenu } from "../shell/channel_menu.js";
import { nameOf } from "../state/names.js";
import { addressOf } from "../state/router.js";
import { keepUser, store, tell } from "../state/store.js";
import { isUnread } from "../state/unread.js";
import { get } from "../wire/api.js";
import { madeAt } from "../wire/snowflake.js";

const AT_ONCE = 4;
const PINNED = 2;

export const tagFace = (tag) => [
  tag.emoji_id || tag.emoji_name ? emojiNode({ id: tag.emoji_id, name: tag.emoji_name }, { label: false }) : null,
  tag.name,
];

export function postCard(one, forum) {
  const first = store.first.get(one.id);
  if (first === undefined) fetchFirst(one);
  const owner = store.users.get(one.owner_id) ?? first?.author;
  const node = h(
    "a.post",
    { href: addressOf(one.id), dataset: { post: one.id, key: one.id }, class: isUnread(one) ? "unread" : null },
    pictureFrame(first),
    h(
      "span.post-text",
      tagRow(one, forum),
      h("b.post-title", (one.flags ?? 0) & PINNED ? icon("pin", "small") : null, one.name),
      h("span.post-excerpt", owner ? h("b", nameOf(owner, one.guild_id), ": ") : null, first ? excerptOf(first) : ""),
      foot(one, first, owner),
    ),
  );
  onMenu(node, () => channelMenu(one), one.name);
  return h("li", node);
}

function tagRow(one, forum) {
  const known = forum.available_tags ?? [];
  const tags = (one.applied_tags ?? []).map((id) => known.find((tag) => tag.id === id)).filter(Boolean);
  return tags.length
    ? h(
        "span.post-tags",
        tags.map((tag) => h("span.tag.small", tagFace(tag))),
      )
    : null;
}

function foot(one, first, owner) {
  const votes = first?.reactions?.[0];
  return h(
    "span.post-foot",
    owner ? avatar(owner, 18, { guildId: one.guild_id }) : null,
    votes ? h("span.votes", emojiNode(votes.emoji, { label: false }), votes.count) : null,
    h("span", icon("forum", "small"), Math.max(0, one.message_count ?? 0)),
    h("span", relative(madeAt(one.last_message_id ?? one.id))),
    one.thread_metadata?.locked ? icon("lock", "small") : null,
  );
}

function pictureFrame(first) {
  const picture = first ? pictureOf(first) : null;
  if (!picture) return h("span.post-picture.none");
  const address = picture.proxy_url || picture.url;
  return h("span.post-picture", h("img", { src: address, alt: picture.description ?? "", loading: "lazy" }));
}

const walk = (list) =>
  (list ?? []).flatMap((one) => [one, ...walk(one.components), ...(one.accessory ? [one.accessory] : [])]);

function pictureOf(message) {
  const inside = walk(message.components).flatMap((one) => {
    if (one.type === 12) return one.items.map((item) => ({ ...item.media, description: item.description }));
    return one.type === 11 ? [{ ...one.media, description: one.description }] : [];
  });
  const shown = (message.attachments ?? []).filter((one) => isVisual(one) && !/^SPOILER_/.test(one.filename ?? ""));
  const embedded = (message.embeds ?? []).flatMap((one) => [one.image, one.thumbnail].filter(Boolean));
  return [...shown, ...embedded, ...inside].find((one) => !/^video/.test(one.content_type ?? "")) ?? null;
}

function excerptOf(message) {
  const block = walk(message.components).find((one) => one.type === 10);
  const text = message.content || message.embeds?.[0]?.description || block?.content || "";
  const line = text.split("\n").filter(Boolean).slice(0, 2).join(" ").slice(0, 160).replace(/^#+ /, "");
  return markup(line, { inline: true }).textContent;
}

const waiting = [];
let busy = 0;

/** First messages are fetched a few at a time, as cards need them. */
function fetchFirst(one) {
  store.first.set(one.id, null);
  waiting.push(one);
  if (busy < AT_ONCE) fetchNext();
}

async function fetchNext() {
  const thread = waiting.shift();
  if (!thread) return;
  busy += 1;
  try {
    const message = await get(`/channels/${thread.id}/messages/${thread.id}`);
    keepUser(message.author);
    store.first.set(thread.id, message);
  } catch {
    // The first message is gone: the card shows the title alone.
  }
  busy -= 1;
  tell("post-loaded");
  fetchNext();
}
