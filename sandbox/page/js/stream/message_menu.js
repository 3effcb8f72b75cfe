// What one may do with a message: from the bar that follows the pointer, the menu, or a key.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { channel, isThread, listen, store, tell } from "../state/store.js";
import { may } from "../state/permissions.js";
import { markUnread } from "../state/unread.js";
import { drop, message } from "../state/messages.js";
import { put, remove } from "../wire/api.js";
import { attempt, copy } from "../overlays/toast.js";
import { openMenu } from "../overlays/menu.js";
import { confirmDialog } from "../overlays/dialog.js";
import { emojiNode } from "../content/avatars.js";
import { appItems, prepareApps } from "../shell/person_menu.js";
import { startEditing } from "./editing.js";
import { pickReaction, react } from "./reactions.js";
import { startThread } from "./threads.js";

const QUICK = ["👍", "❤️", "🔄"];
const MENU_EMOJI = [...QUICK, "⭐", "✉️", "❌"];
const isMine = (one) => one.author?.id === store.me.id;
const isEphemeral = (one) => Boolean(one.flags & 64);

const acts = {
  reply: (one) => tell("reply", one),
  edit: (one) => {
    if (isMine(one)) startEditing(one);
  },
  copy: (one) => copy(one.content ?? ""),
  unread: (one) => markUnread(one.channel_id, one.id),
  react: (one, row) => {
    if (!isEphemeral(one)) pickReaction(one, row.querySelector(".tools-over button") ?? row);
  },
  pin: (one) => pin(one),
  delete: (one) => erase(one),
  async menu(one, row) {
    await prepareApps();
    const box = row.getBoundingClientRect();
    openMenu({ x: box.left + 72, y: Math.max(60, Math.min(box.top + 24, innerHeight - 120)) }, messageItems(one), {
      label: "Message",
    });
  },
};

listen("message-act", ({ one, name, row }) => {
  const now = message(one.channel_id, one.id) ?? one;
  acts[name](now, row);
});
export const actOn = (row, name) => row.act?.(name);

const pinPath = (one) => `/channels/${one.channel_id}/messages/pins/${one.id}`;

function pin(one) {
  if (!mayPin(one)) return undefined;
  return attempt(() => (one.pinned ? remove : put)(pinPath(one)), one.pinned ? "Unpinned" : "Pinned");
}

async function erase(one) {
  if (isEphemeral(one)) {
    drop(one.channel_id, [one.id]);
    return;
  }
  if (!isMine(one) && !may("MANAGE_MESSAGES", one.channel_id)) return;
  if (
    await confirmDialog({
      title: "Delete message",
      text: "This cannot be undone.",
      preview: one.content ? h("p.quote-preview", one.content.slice(0, 300)) : null,
    })
  )
    attempt(() => remove(`/channels/${one.channel_id}/messages/${one.id}`));
}

/** The full menu of a message. */
export function messageItems(one) {
  if (isEphemeral(one)) return [...copyItems(one), { label: "Dismiss message", icon: "close", run: () => erase(one) }];
  const apps = appItems(3, one.id);
  return [
    may("ADD_REACTIONS", one.channel_id) && { label: "React", sub: reactItems(one) },
    isMine(one) && { label: "Edit", icon: "pencil", run: () => startEditing(one) },
    { label: "Reply", icon: "reply", run: () => acts.reply(one) },
    mayBranch(one) && { label: "Start a thread", icon: "thread", run: () => startThread(one) },
    mayPin(one) && { label: one.pinned ? "Unpin" : "Pin", icon: "pin", run: () => pin(one) },
    apps.length && { label: "Apps", sub: apps },
    { label: "Mark as unread", icon: "eye", run: () => acts.unread(one) },
    "-",
    ...copyItems(one),
    ...removeItems(one),
  ].filter(Boolean);
}

const mayPin = (one) => may("PIN_MESSAGES", one.channel_id) || may("MANAGE_MESSAGES", one.channel_id);

function mayBranch(one) {
  const place = channel(one.channel_id);
  const isBranched = isThread(place) || one.flags & 32;
  return place?.guild_id && !isBranched && may("CREATE_PUBLIC_THREADS", one.channel_id);
}

function reactItems(one) {
  const items = MENU_EMOJI.map((name) => ({ label: name, run: () => react(one, { name }) }));
  const more = () => pickReaction(one, document.getElementById(`m-${one.id}`));
  return [...items, { label: "More…", run: more }];
}

function copyItems(one) {
  const guildId = channel(one.channel_id)?.guild_id ?? "@me";
  const link = `https://discord.com/channels/${guildId}/${one.channel_id}/${one.id}`;
  return [
    { label: "Copy text", icon: "copy", run: () => acts.copy(one) },
    !isEphemeral(one) && { label: "Copy link", icon: "link", run: () => copy(link) },
    { label: "Copy message id", icon: "copy", run: () => copy(one.id) },
  ].filter(Boolean);
}

function removeItems(one) {
  const manages = may("MANAGE_MESSAGES", one.channel_id);
  const clear = () => attempt(() => remove(`/channels/${one.channel_id}/messages/${one.id}/reactions`));
  return [
    manages && one.reactions?.length && { label: "Remove all reactions", icon: "close", danger: true, run: clear },
    (isMine(one) || manages) && { label: "Delete", icon: "trash", danger: true, run: () => erase(one) },
  ];
}

let bar = null;
/** The small bar over the message under the pointer. */
export function toolbar(row, one) {
  if (row.contains(bar) && bar) return;
  bar?.remove();
  const tool = (name, label, run) =>
    h("button.tool", { type: "button", tabindex: -1, "aria-label": label, title: label, onclick: run }, icon(name));
  const more = tool("dots", "More", async () => {
    await prepareApps();
    openMenu(more, messageItems(message(one.channel_id, one.id) ?? one), { label: "Message", align: "end" });
  });
  const smile = tool("smile", "Add a reaction", () => pickReaction(one, smile));
  bar = h(
    "div.tools-over",
    isEphemeral(one)
      ? null
      : [
          QUICK.map((name) =>
            h(
              "button.tool.quick",
              { type: "button", tabindex: -1, "aria-label": `React ${name}`, onclick: () => react(one, { name }) },
              emojiNode({ name }, { label: false }),
            ),
          ),
          smile,
        ],
    isMine(one)
      ? tool("pencil", "Edit", () => startEditing(one))
      : isEphemeral(one)
        ? null
        : tool("reply", "Reply", () => acts.reply(one)),
    more,
  );
  row.append(bar);
  prepareApps();
}
