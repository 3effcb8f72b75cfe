// A forum: posts as cards with their first picture, tags to filter by, a sheet to write a new post.

import { fill, h, oncePerFrame, walkWithArrows } from "../dom.js";
import { icon } from "../icons.js";
import { avatar, emojiNode } from "../content/avatars.js";
import { isVisual } from "../content/media.js";
import { markup } from "../content/markup.js";
import { relative } from "../content/timestamps.js";
import { channel, keepChannel, keepUser, listen, store, tell, threadsOf } from "../state/store.js";
import { may } from "../state/permissions.js";
import { nameOf } from "../state/names.js";
import { addressOf, go } from "../state/router.js";
import { isUnread } from "../state/unread.js";
import { madeAt } from "../wire/snowflake.js";
import { get, post } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";
import { field, openDialog } from "../overlays/dialog.js";
import { onMenu, openMenu } from "../overlays/menu.js";
import { channelMenu } from "../shell/channels.js";
import { Uploads } from "../composer/uploads.js";
import { toWire } from "../composer/text.js";
import { loadArchived } from "./threads.js";

const SORTS = { 0: "Latest activity", 1: "Date posted" };

export function mountForum(forumId) {
  const forum = () => channel(forumId);
  const wanted = new Set();
  let sort = forum().default_sort_order ?? 0;
  let query = "";
  let layout = forum().type === 16 || forum().default_forum_layout === 2 ? "grid" : "list";
  const grid = h("ul.posts");
  const bar = h("div.forum-bar");
  const node = h("section.forum", { "aria-label": "Posts" }, bar, grid);
  let stopped = false;

  function shown() {
    const rank = (one) => madeAt(sort === 1 ? one.id : one.last_message_id ?? one.id);
    return threadsOf(forumId)
      .filter((one) => !wanted.size || (one.applied_tags ?? []).some((id) => wanted.has(id)))
      .filter((one) => one.name.toLowerCase().includes(query))
      .sort((a, b) => ((b.flags ?? 0) & 2) - ((a.flags ?? 0) & 2) || rank(b) - rank(a));
  }

  function drawBar() {
    const one = forum();
    const sorter = h("button.press.plain", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => openMenu(sorter, Object.entries(SORTS).map(([key, label]) => ({ label, checked: Number(key) === sort, run: () => { sort = Number(key); drawBar(); redraw(); } })), { label: "Order" }) }, SORTS[sort], icon("down", "small"));
    const find = h("input.input", { type: "search", placeholder: "Search posts", "aria-label": "Search posts", value: query });
    find.addEventListener("input", () => { query = find.value.trim().toLowerCase(); redraw(); });
    fill(bar,
      one.topic ? h("details.guidelines", h("summary", "Guidelines"), markup(one.topic, { guildId: one.guild_id })) : null,
      h("div.forum-tools", find, sorter,
        h("button.tool", { type: "button", "aria-label": layout === "grid" ? "As a list" : "As a grid", onclick: () => { layout = layout === "grid" ? "list" : "grid"; drawBar(); redraw(); } }, icon(layout === "grid" ? "list" : "grid")),
        may("SEND_MESSAGES", forumId) ? h("button.press.primary", { type: "button", onclick: () => newPost(one) }, icon("plus", "small"), "New post") : null),
      one.available_tags?.length ? h("div.tags", { role: "group", "aria-label": "Filter by tag" }, one.available_tags.map((tag) => h("button.tag", {
        type: "button", "aria-pressed": String(wanted.has(tag.id)), onclick: (event) => { if (!wanted.delete(tag.id)) wanted.add(tag.id); event.currentTarget.setAttribute("aria-pressed", String(wanted.has(tag.id))); redraw(); },
      }, tagFace(tag)))) : null);
  }

  const redraw = oncePerFrame(() => {
    if (stopped || !forum()) return;
    grid.className = `posts ${layout}`;
    const posts = shown();
    const focused = grid.contains(document.activeElement) ? document.activeElement.dataset.post : null;
    fill(grid, posts.length ? posts.map((one) => card(one, forum())) : h("li.hint", query || wanted.size ? "No post fits." : "There are no posts yet."));
    if (focused) grid.querySelector(`[data-post="${focused}"]`)?.focus();
  });

  walkWithArrows(grid, ".post");
  drawBar();
  redraw();
  loadArchived(forumId).catch(() => []).finally(redraw);
  const stops = [listen("threads", (id) => { if (id === forumId) redraw(); }), listen("channels", () => { redraw(); }), listen("post-loaded", redraw),
    listen("reaction", (event) => { if (store.first.has(event.message_id) && channel(event.channel_id)?.parent_id === forumId) { store.first.delete(event.message_id); redraw(); } }),
    listen("message-changed", (one) => { if (channel(one.channel_id)?.parent_id === forumId) redraw(); })];
  return { node, stop() { stopped = true; for (const stop of stops) stop(); } };
}

const tagFace = (tag) => [tag.emoji_id || tag.emoji_name ? emojiNode({ id: tag.emoji_id, name: tag.emoji_name }, { label: false }) : null, tag.name];

function card(one, forum) {
  const first = store.first.get(one.id);
  if (first === undefined) fetchFirst(one);
  const tags = (one.applied_tags ?? []).map((id) => (forum.available_tags ?? []).find((tag) => tag.id === id)).filter(Boolean);
  const picture = first ? pictureOf(first) : null;
  const owner = store.users.get(one.owner_id) ?? first?.author;
  const node = h("a.post", { href: addressOf(one.id), dataset: { post: one.id }, class: isUnread(one) ? "unread" : null },
    picture ? h("span.post-picture", h("img", { src: picture.proxy_url || picture.url, alt: picture.description ?? "", loading: "lazy" })) : h("span.post-picture.none"),
    h("span.post-text",
      tags.length ? h("span.post-tags", tags.map((tag) => h("span.tag.small", tagFace(tag)))) : null,
      h("b.post-title", (one.flags ?? 0) & 2 ? icon("pin", "small") : null, one.name),
      h("span.post-excerpt", owner ? h("b", nameOf(owner, one.guild_id), ": ") : null, first ? excerptOf(first) : ""),
      h("span.post-foot", owner ? avatar(owner, 18, { guildId: one.guild_id }) : null, first?.reactions?.[0] ? h("span.votes", emojiNode(first.reactions[0].emoji, { label: false }), first.reactions[0].count) : null,
        h("span", icon("forum", "small"), Math.max(0, one.message_count ?? 0)), h("span", relative(madeAt(one.last_message_id ?? one.id))), one.thread_metadata?.locked ? icon("lock", "small") : null)));
  onMenu(node, () => channelMenu(one), one.name);
  return h("li", node);
}

const walkComponents = (list) => (list ?? []).flatMap((one) => [one, ...walkComponents(one.components), ...(one.accessory ? [one.accessory] : [])]);

function pictureOf(message) {
  const inside = walkComponents(message.components).flatMap((one) => (one.type === 12 ? one.items.map((item) => ({ ...item.media, description: item.description })) : one.type === 11 ? [{ ...one.media, description: one.description }] : []));
  const spoiler = (one) => /^SPOILER_/.test(one.filename ?? "");
  return [...(message.attachments ?? []).filter((one) => isVisual(one) && !spoiler(one)), ...(message.embeds ?? []).flatMap((one) => [one.image, one.thumbnail].filter(Boolean)), ...inside].find((one) => !/^video/.test(one.content_type ?? "")) ?? null;
}

function excerptOf(message) {
  const text = message.content || message.embeds?.[0]?.description || walkComponents(message.components).find((one) => one.type === 10)?.content || "";
  return markup(text.split("\n").filter(Boolean).slice(0, 2).join(" ").slice(0, 160).replace(/^#+ /, ""), { inline: true }).textContent;
}

const waiting = [];
let busy = 0;
/** First messages are fetched four at a time, as cards need them. */
function fetchFirst(one) {
  store.first.set(one.id, null);
  waiting.push(one);
  const next = async () => {
    const thread = waiting.shift();
    if (!thread) return;
    busy += 1;
    try {
      const message = await get(`/channels/${thread.id}/messages/${thread.id}`);
      keepUser(message.author);
      store.first.set(thread.id, message);
    } catch { /* the first message is gone: the card shows the title alone */ }
    busy -= 1;
    tell("post-loaded");
    next();
  };
  if (busy < 4) next();
}

function newPost(forum) {
  const title = h("input.input", { type: "text", maxlength: 100 });
  const text = h("textarea.input", { rows: 5 });
  const manage = may("MANAGE_THREADS", forum.id);
  const tags = (forum.available_tags ?? []).map((tag) => h("button.tag", { type: "button", "aria-pressed": "false", disabled: tag.moderated && !manage, dataset: { tag: tag.id }, onclick: (event) => { const node = event.currentTarget; node.setAttribute("aria-pressed", String(node.getAttribute("aria-pressed") !== "true")); } }, tagFace(tag)));
  const uploads = new Uploads();
  const submit = async () => {
    if (!title.value.trim()) { title.focus(); return; }
    const applied = tags.filter((tag) => tag.getAttribute("aria-pressed") === "true").map((tag) => tag.dataset.tag);
    const { files, attachments } = uploads.take({ keep: true });
    const made = await attempt(() => post(`/channels/${forum.id}/threads`, { name: title.value.trim(), applied_tags: applied, message: { content: toWire(text.value, forum.id), ...(attachments.length ? { attachments } : {}) } }, { files }));
    if (!made) return;
    keepChannel(made, forum.guild_id);
    dialog.close();
    tell("channels");
    go(made.id);
  };
  const picker = uploads.opener();
  const dialog = openDialog({
    title: "New post", onSubmit: submit,
    body: [field("Title", title, { needed: true }), field("Message", text), tags.length ? h("div.field", h("span.name", "Tags"), h("div.tags", tags)) : null, uploads.node],
    foot: [picker, h("span.grow"), h("button.press.primary", { type: "submit" }, "Post")],
  });
  uploads.accept(dialog.node);
}
