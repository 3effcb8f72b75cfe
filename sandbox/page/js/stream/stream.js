// The list of messages: keeps its place at the end, loads older ones above, marks days and what is new.

import { announce, fill, h, oncePerFrame } from "../dom.js";
import { icon } from "../icons.js";
import { load, shelf } from "../state/messages.js";
import { channel, isDirect, isThread, listen, store } from "../state/store.js";
import { channelName, nameOf, channelIcon } from "../state/names.js";
import { place } from "../state/router.js";
import { markRead, readMark } from "../state/unread.js";
import { compareIds, madeAt } from "../wire/snowflake.js";
import { daysBetween, longDay } from "../content/timestamps.js";
import { carryPictures } from "../content/media.js";
import { plainText, parse } from "../content/markdown.js";
import { ghostsIn } from "../interactions/interactions.js";
import { drawGhost, drawMessage, isGrouped } from "./message.js";
import { avatar } from "../content/avatars.js";
import { steerStream } from "./stream_keys.js";
import { typingLine } from "./typing.js";

export function mountStream(channelId, jumpTo) {
  const list = h("ol.messages", { "aria-label": `Messages in ${channelName(channel(channelId))}` });
  const scroller = h("div.scroller", { tabindex: -1 }, h("div.filler"), list);
  const ahead = h("button.ahead", { type: "button", hidden: true, onclick: toPresent });
  const typing = typingLine(channelId);
  const node = h("section.stream", { "aria-label": "Messages" }, scroller, ahead, typing.node);
  const drawn = new Map();
  const newAfter = readMark(channelId);
  let stick = true;
  let unseen = 0;
  let jumping = jumpTo;
  let stopped = false;
  const kept = () => shelf(channelId);

  function desired() {
    const rows = [];
    const { list: all, complete, loaded } = kept();
    if (loaded && complete) rows.push(["start", () => beginning(channelId)]);
    else if (loaded) rows.push(["older", () => h("li.older", { role: "presentation" }, h("span.dots", h("i"), h("i"), h("i")))]);
    let before = null;
    let marked = false;
    for (const one of all) {
      const day = !before || daysBetween(madeAt(before.id), madeAt(one.id)) !== 0;
      const isNew = !marked && newAfter && before && compareIds(one.id, newAfter) > 0 && compareIds(before.id, newAfter) <= 0 && one.author?.id !== store.me.id && !(one.flags & 64);
      if (isNew) marked = true;
      if (day || isNew) rows.push([`rule-${one.id}-${isNew}`, () => rule(day ? longDay(madeAt(one.id)) : "", isNew)]);
      const grouped = !day && !isNew && isGrouped(before, one);
      rows.push([one.id, () => drawMessage(one, grouped), one, grouped]);
      before = one;
    }
    for (const ghost of ghostsIn(channelId)) rows.push([`ghost-${ghost.nonce}-${ghost.state}`, () => drawGhost(ghost)]);
    return rows;
  }

  function reconcile(dirty) {
    const rows = desired();
    const wanted = new Set(rows.map(([key]) => key));
    for (const [key, entry] of [...drawn]) if (!wanted.has(key)) { if (entry.node.contains(document.activeElement)) focusNear(entry.node); entry.node.remove(); drawn.delete(key); }
    let cursor = list.firstChild;
    for (const [key, make, one, grouped] of rows) {
      let entry = drawn.get(key);
      if (!entry || dirty.has(key) || entry.grouped !== grouped) {
        const fresh = make();
        if (entry) { if (cursor === entry.node) cursor = fresh; replace(entry.node, fresh); }
        drawn.set(key, entry = { node: fresh, grouped, one });
      }
      if (entry.node === cursor) cursor = cursor.nextSibling;
      else list.insertBefore(entry.node, cursor);
    }
    rove();
  }

  function replace(old, fresh) {
    carryPictures(old, fresh);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset?.key;
    if (old.tabIndex === 0) fresh.tabIndex = 0;
    old.replaceWith(fresh);
    if (active) ((key && fresh.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`)) || fresh).focus({ preventScroll: true });
  }

  const focusNear = (gone) => (gone.previousElementSibling?.matches(".message") ? gone.previousElementSibling : gone.nextElementSibling ?? scroller)?.focus?.({ preventScroll: true });

  function rove() {
    const messages = list.querySelectorAll(".message");
    if (messages.length && !list.querySelector('.message[tabindex="0"]')) messages[messages.length - 1].tabIndex = 0;
  }

  const dirty = new Set();
  const redraw = oncePerFrame(() => {
    if (stopped) return;
    const anchor = stick ? null : anchorOf();
    reconcile(dirty);
    dirty.clear();
    if (jumping) jump();
    else if (stick) toEnd();
    else if (anchor?.node.isConnected) scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    showAhead();
  });

  function anchorOf() {
    const top = scroller.getBoundingClientRect().top;
    for (const one of list.children) {
      const box = one.getBoundingClientRect();
      if (box.bottom > top && one.matches(".message")) return { node: one, top: box.top };
    }
    return null;
  }

  function jump() {
    const found = drawn.get(jumping);
    if (!found) return;
    stick = false;
    found.node.scrollIntoView({ block: "center" });
    found.node.classList.add("pointed");
    found.node.addEventListener("animationend", () => found.node.classList.remove("pointed"), { once: true });
    found.node.focus({ preventScroll: true });
    jumping = null;
  }

  function toEnd() { scroller.scrollTop = scroller.scrollHeight; if (document.hasFocus() || document.visibilityState === "visible") seen(); }
  function seen() { unseen = 0; if (!kept().behind) markRead(channelId); }
  function showAhead() {
    ahead.hidden = stick && !kept().behind;
    if (!ahead.hidden) { const far = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight > 600; ahead.hidden = !unseen && !kept().behind && !far; fill(ahead, unseen ? `${unseen} new` : "To the present", icon("down", "small")); }
  }
  async function toPresent() {
    stick = true;
    if (kept().behind) { store.messages.delete(channelId); await load(channelId); }
    redraw();
  }

  scroller.addEventListener("scroll", () => {
    stick = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    if (stick && place.channelId === channelId) seen();
    showAhead();
    const state = kept();
    if (scroller.scrollTop < 400 && state.loaded && !state.complete && !state.busy && state.list.length) load(channelId, { before: state.list[0].id }).catch(() => { state.complete = true; });
  }, { passive: true });
  const watcher = new ResizeObserver(() => { if (stick && !jumping) scroller.scrollTop = scroller.scrollHeight; });
  watcher.observe(list);
  watcher.observe(scroller);
  steerStream(node, list);

  const stops = [
    listen(`messages:${channelId}`, (detail) => {
      if (detail.changed) dirty.add(detail.changed);
      if (detail.fresh && !stick && detail.fresh.author?.id !== store.me.id) unseen += 1;
      if (detail.fresh && detail.fresh.author?.id === store.me.id) stick = true;
      if (detail.fresh) say(detail.fresh);
      redraw();
    }),
    listen("redraw", () => { for (const key of drawn.keys()) dirty.add(key); redraw(); }),
    listen("members", () => { for (const [key, entry] of drawn) if (entry.one) dirty.add(key); redraw(); }),
  ];

  function say(one) {
    if (one.author?.id === store.me.id && one.type !== 20) return;
    announce(`${nameOf(one.author, channel(channelId)?.guild_id)}: ${one.flags & 128 ? "is thinking" : plainText(parse(one.content ?? "")) || one.embeds?.[0]?.title || "a message without text"}`);
  }

  const jumpTarget = (id) => {
    jumping = id;
    if (kept().list.some((one) => one.id === id)) redraw();
    else load(channelId, { around: id }).then(redraw, () => { jumping = null; });
  };

  if (jumping && !kept().list.some((one) => one.id === jumping)) load(channelId, { around: jumping }).catch((error) => fill(list, h("li.beginning", error.message)));
  else if (!kept().loaded) load(channelId).catch((error) => fill(list, h("li.beginning", h("p", error.message))));
  redraw();
  return { node, jump: jumpTarget, toEnd: () => { stick = true; redraw(); }, stop() { stopped = true; watcher.disconnect(); typing.stop(); for (const stop of stops) stop(); } };
}

const rule = (text, isNew) => h("li.rule", { class: isNew ? "new" : null, role: "separator", "aria-label": [text, isNew ? "New" : ""].filter(Boolean).join(", ") }, h("span", text), isNew ? h("b", "New") : null);

function beginning(channelId) {
  const one = channel(channelId);
  if (isDirect(one)) {
    const user = store.users.get(one.recipients?.[0]?.id) ?? one.recipients?.[0];
    return h("li.beginning", avatar(user, 72), h("h2", channelName(one)), h("p", `This is the beginning of your messages with ${channelName(one)}.`));
  }
  return h("li.beginning", h("span.round", icon(channelIcon(one))), h("h2", isThread(one) ? channelName(one) : `Welcome to #${channelName(one)}`),
    h("p", isThread(one) ? ["Begun by ", h("b", nameOf(store.users.get(one.owner_id), one.guild_id)), " in ", h("a", { href: `#/channels/${one.guild_id}/${one.parent_id}` }, `#${channelName(channel(one.parent_id))}`)] : "This is where the channel begins."));
}
