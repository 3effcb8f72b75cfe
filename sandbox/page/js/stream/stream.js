// The list of messages: keeps its place at the end, loads older ones above, replaces only what changed.

import { announce, fill, h, oncePerFrame } from "../dom.js";
import { icon } from "../icons.js";
import { carryPictures } from "../content/media.js";
import { parse, plainText } from "../content/markdown.js";
import { toast } from "../overlays/toast.js";
import { load, shelf } from "../state/messages.js";
import { channelName, nameOf } from "../state/names.js";
import { place } from "../state/router.js";
import { channel, listen, store } from "../state/store.js";
import { markRead, readMark } from "../state/unread.js";
import { steerStream } from "./stream_keys.js";
import { rowsOf } from "./stream_rows.js";
import { typingLine } from "./typing.js";

const NEAR_END_PX = 40;
const NEAR_TOP_PX = 400;
const FAR_PX = 600;

export class Stream {
  #drawn = new Map(); // key → {node, grouped, one}
  #dirty = new Set();
  #isAtEnd = true;
  #isHeld = false;
  #isSettled = false;
  #hasStopped = false;
  #unseen = 0;
  #stops = [];

  /** Shows a channel; `jumpTo` is the id of a message to point at first. */
  constructor(channelId, jumpTo) {
    this.channelId = channelId;
    this.newAfter = readMark(channelId);
    this.jumping = jumpTo;
    this.redraw = oncePerFrame(() => this.#redraw());
    this.#build();
    this.#listen();
    this.#begin();
  }

  #build() {
    this.list = h("ol.messages", { "aria-label": `Messages in ${channelName(channel(this.channelId))}` });
    this.scroller = h("div.scroller", { tabindex: -1 }, h("div.filler"), this.list);
    this.ahead = h("button.ahead", { type: "button", hidden: true, onclick: () => this.toEnd() });
    const typing = typingLine(this.channelId);
    this.node = h("section.stream", { "aria-label": "Messages" }, this.scroller, this.ahead, typing.node);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("pointerdown", () => this.#hold());
    const watcher = new ResizeObserver(() => {
      if (this.#isAtEnd && !this.jumping && !this.#isHeld) this.scroller.scrollTop = this.scroller.scrollHeight;
    });
    watcher.observe(this.list);
    watcher.observe(this.scroller);
    steerStream(this.node, this.list);
    this.#stops.push(typing.stop, () => watcher.disconnect());
  }

  #listen() {
    const redrawAll = () => {
      for (const [key, entry] of this.#drawn) if (entry.one) this.#dirty.add(key);
      this.redraw();
    };
    this.#stops.push(
      listen(`messages:${this.channelId}`, (detail) => this.#changed(detail)),
      listen("redraw", redrawAll),
      listen("members", redrawAll),
    );
  }

  #begin() {
    if (this.jumping) this.jump(this.jumping);
    else if (!shelf(this.channelId).loaded) load(this.channelId);
    this.redraw();
  }

  stop() {
    this.#hasStopped = true;
    shelf(this.channelId).isReadAbove = false;
    for (const stop of this.#stops) stop();
  }

  #changed({ changed, fresh }) {
    if (changed) this.#dirty.add(changed);
    const isMine = fresh?.author?.id === store.me.id;
    if (fresh && document.hidden) this.newAfter ??= readMark(this.channelId);
    if (fresh && isMine) this.#isAtEnd = true;
    else if (fresh && !this.#isAtEnd) this.#unseen += 1;
    if (fresh && (!isMine || fresh.type === 20)) this.#say(fresh);
    this.redraw();
  }

  #say(one) {
    const text = plainText(parse(one.content ?? "")) || one.embeds?.[0]?.title || "a message without text";
    announce(`${nameOf(one.author, channel(this.channelId)?.guild_id)}: ${one.flags & 128 ? "is thinking" : text}`);
  }

  /** A press is not lost to an edit between its down and its up: nothing is replaced under the pointer. */
  #hold() {
    this.#isHeld = true;
    const release = () => {
      removeEventListener("pointerup", release, true);
      removeEventListener("pointercancel", release, true);
      setTimeout(() => {
        this.#isHeld = false;
        this.redraw();
      });
    };
    addEventListener("pointerup", release, true);
    addEventListener("pointercancel", release, true);
  }

  #redraw() {
    if (this.#hasStopped || this.#isHeld) return;
    const anchor = this.#isAtEnd ? null : this.#anchor();
    this.#reconcile();
    this.#dirty.clear();
    this.#settleNew();
    if (this.jumping) this.#point();
    else if (this.#isAtEnd && !shelf(this.channelId).behind) this.#settleAtEnd();
    else if (anchor?.node.isConnected) {
      this.scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    }
    this.#showAhead();
    this.#loadMore();
  }

  /** What comes while one looks is not new: only what was unread at the opening, or came while the tab was hidden. */
  #settleNew() {
    if (this.#isSettled || !shelf(this.channelId).loaded) return;
    this.#isSettled = true;
    if (!this.list.querySelector(".rule.new")) this.newAfter = null;
  }

  #reconcile() {
    const rows = rowsOf(this.channelId, this.newAfter);
    this.#removeOthers(new Set(rows.map((row) => row.key)));
    let cursor = this.list.firstChild;
    for (const { key, make, one, grouped } of rows) {
      let entry = this.#drawn.get(key);
      if (!entry || this.#dirty.has(key) || entry.grouped !== grouped) {
        const fresh = make();
        if (entry && cursor === entry.node) cursor = fresh;
        if (entry) this.#replace(entry.node, fresh);
        entry = { node: fresh, grouped, one };
        this.#drawn.set(key, entry);
      }
      if (entry.node === cursor) cursor = cursor.nextSibling;
      else this.list.insertBefore(entry.node, cursor);
    }
    this.#rove();
  }

  #removeOthers(wanted) {
    for (const [key, { node }] of [...this.#drawn]) {
      if (wanted.has(key)) continue;
      if (node.contains(document.activeElement)) {
        const near = [node.previousElementSibling, node.nextElementSibling].find((one) => one?.matches(".message"));
        (near ?? document.getElementById("composer") ?? this.scroller).focus({ preventScroll: true });
      }
      node.remove();
      this.#drawn.delete(key);
    }
  }

  /** Pictures, players and the focus survive the change. */
  #replace(old, fresh) {
    carryPictures(old, fresh);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset?.key;
    if (old.tabIndex === 0) fresh.tabIndex = 0;
    old.replaceWith(fresh);
    if (!active) return;
    const twin = key ? fresh.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`) : null;
    (twin ?? fresh).focus({ preventScroll: true });
  }

  /** Tab leads to one message only: the last, or the one that was walked to. */
  #rove() {
    const messages = [...this.list.querySelectorAll(".message")];
    const hasFocus = this.list.contains(document.activeElement);
    if (!messages.length || (hasFocus && this.list.querySelector('.message[tabindex="0"]'))) return;
    for (const one of messages) one.tabIndex = -1;
    messages.at(-1).tabIndex = 0;
  }

  #anchor() {
    const { top } = this.scroller.getBoundingClientRect();
    for (const node of this.list.querySelectorAll(".message")) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top) return { node, top: box.top };
    }
    return null;
  }

  #point() {
    const found = this.#drawn.get(this.jumping);
    if (!found) return;
    this.jumping = null;
    this.#isAtEnd = false;
    found.node.scrollIntoView({ block: "center" });
    found.node.classList.add("pointed");
    found.node.addEventListener("animationend", () => found.node.classList.remove("pointed"), { once: true });
    found.node.focus({ preventScroll: true });
  }

  jump(id) {
    this.jumping = id;
    if (this.#has(id)) this.redraw();
    else this.#loadAround(id);
  }

  #has(id) {
    return shelf(this.channelId).list.some((one) => one.id === id);
  }

  async #loadAround(id) {
    const fault = await load(this.channelId, { around: id });
    if (this.jumping !== id || this.#has(id)) return;
    this.jumping = null;
    if (shelf(this.channelId).loaded) shelf(this.channelId).fault = null; // a jump that fails leaves what is shown
    if (!this.#hasStopped) toast(fault?.message ?? "That message is gone.", { bad: true });
    this.redraw();
  }

  /** Shows the newest messages, and stays with them. */
  async toEnd() {
    this.#isAtEnd = true;
    this.redraw();
    if (!shelf(this.channelId).behind) return;
    await load(this.channelId);
    this.#isAtEnd = true;
    this.redraw();
  }

  #settleAtEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    if (document.visibilityState === "visible") this.#see();
  }

  #see() {
    this.#unseen = 0;
    if (!shelf(this.channelId).behind) markRead(this.channelId);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const kept = shelf(this.channelId);
    const below = scrollHeight - scrollTop - clientHeight;
    this.#isAtEnd = !kept.behind && below < NEAR_END_PX;
    kept.isReadAbove = !this.#isAtEnd;
    if (this.#isAtEnd && place.channelId === this.channelId) this.#see();
    this.#showAhead();
    this.#loadMore();
  }

  /** Loads what lies beyond the end that one is near, also where a page of messages does not fill a tall window. */
  #loadMore() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const kept = shelf(this.channelId);
    if (!kept.loaded || kept.busy || kept.fault || !kept.list.length) return;
    if (scrollTop < NEAR_TOP_PX && !kept.complete) load(this.channelId, { before: kept.list[0].id });
    else if (below < NEAR_TOP_PX && kept.behind) load(this.channelId, { after: this.#lastPublic() });
  }

  #lastPublic() {
    const { list } = shelf(this.channelId);
    return (list.findLast((one) => !(one.flags & 64)) ?? list.at(-1)).id;
  }

  #showAhead() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isFar = scrollHeight - scrollTop - clientHeight > FAR_PX;
    const { behind } = shelf(this.channelId);
    this.ahead.hidden = !behind && (this.#isAtEnd || (!this.#unseen && !isFar));
    if (!this.ahead.hidden)
      fill(this.ahead, this.#unseen ? `${this.#unseen} new` : "To the present", icon("down", "small"));
  }
}
