// A forum: its posts as cards in a list or a grid, to search, to sort, to filter by tag.

import { fill, h, keepFocus, oncePerFrame, rove, walkWithArrows } from "../dom.js";
import { icon } from "../icons.js";
import { markup } from "../content/markup.js";
import { openMenu } from "../overlays/menu.js";
import { may } from "../state/permissions.js";
import { channel, listen, store, threadsOf } from "../state/store.js";
import { madeAt } from "../wire/snowflake.js";
import { newPost } from "./new_post.js";
import { postCard, tagFace } from "./post_card.js";
import { loadArchived } from "./threads.js";

const SORTS = ["Latest activity", "Date posted"];
const MEDIA = 16;
const GALLERY = 2;
const PINNED = 2;

export class Forum {
  #wanted = new Set();
  #query = "";
  #hasStopped = false;
  #stops = [];

  constructor(forumId) {
    this.forumId = forumId;
    const { type, default_forum_layout: layout, default_sort_order: sort } = this.forum;
    this.isGrid = type === MEDIA || layout === GALLERY;
    this.sort = sort ?? 0;
    this.grid = h("ul.posts");
    this.bar = h("div.forum-bar");
    this.node = h("section.forum", { "aria-label": "Posts" }, this.bar, this.grid);
    this.redraw = oncePerFrame(() => this.#redraw());
    walkWithArrows(this.grid, ".post");
    this.#drawBar();
    this.redraw();
    loadArchived(forumId)
      .catch(() => [])
      .finally(this.redraw); // without the archive the active posts still show
    this.#listen();
  }

  get forum() {
    return channel(this.forumId);
  }

  #listen() {
    const isMine = (id) => channel(id)?.parent_id === this.forumId;
    this.#stops.push(
      listen("threads", (id) => id === this.forumId && this.redraw()),
      listen("channels", this.redraw),
      listen("post-loaded", this.redraw),
      listen("message-changed", (one) => isMine(one.channel_id) && this.redraw()),
      listen("reaction", (event) => {
        if (!isMine(event.channel_id)) return;
        store.first.delete(event.message_id);
        this.redraw();
      }),
    );
  }

  stop() {
    this.#hasStopped = true;
    for (const stop of this.#stops) stop();
  }

  #posts() {
    const rank = (one) => madeAt(this.sort === 1 ? one.id : (one.last_message_id ?? one.id));
    const pinned = (one) => (one.flags ?? 0) & PINNED;
    return threadsOf(this.forumId)
      .filter((one) => !this.#wanted.size || (one.applied_tags ?? []).some((id) => this.#wanted.has(id)))
      .filter((one) => one.name.toLowerCase().includes(this.#query))
      .sort((a, b) => pinned(b) - pinned(a) || rank(b) - rank(a));
  }

  #redraw() {
    if (this.#hasStopped || !this.forum) return;
    this.grid.className = `posts ${this.isGrid ? "grid" : "list"}`;
    const posts = this.#posts();
    const nothing = this.#query || this.#wanted.size ? "No post fits." : "There are no posts yet.";
    keepFocus(this.grid, () =>
      fill(this.grid, posts.length ? posts.map((one) => postCard(one, this.forum)) : h("li.hint", nothing)),
    );
    rove(this.grid, ".post");
  }

  #drawBar() {
    const { topic, guild_id: guildId } = this.forum;
    const guidelines = topic ? h("details.guidelines", h("summary", "Guidelines"), markup(topic, { guildId })) : null;
    keepFocus(this.bar, () => fill(this.bar, guidelines, this.#tools(), this.#tags()));
  }

  #tools() {
    const find = h("input.input", {
      type: "search",
      placeholder: "Search posts",
      "aria-label": "Search posts",
      value: this.#query,
    });
    find.addEventListener("input", () => {
      this.#query = find.value.trim().toLowerCase();
      this.redraw();
    });
    const sorter = h("button.press.plain", {
      type: "button",
      dataset: { key: "order" },
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    });
    fill(sorter, SORTS[this.sort], icon("down", "small"));
    sorter.addEventListener("click", () => openMenu(sorter, this.#sorts(), { label: "Order" }));
    const shape = () => {
      this.isGrid = !this.isGrid;
      this.#drawBar();
      this.redraw();
    };
    const words = this.isGrid ? "As a list" : "As a grid";
    const make = () => newPost(this.forum);
    return h(
      "div.forum-tools",
      find,
      sorter,
      h("button.tool", { type: "button", dataset: { key: "shape" }, "aria-label": words, onclick: shape }, icon(this.isGrid ? "list" : "grid")),
      may("SEND_MESSAGES", this.forumId)
        ? h("button.press.primary", { type: "button", onclick: make }, icon("plus", "small"), "New post")
        : null,
    );
  }

  #sorts() {
    return SORTS.map((label, key) => ({
      label,
      checked: key === this.sort,
      run: () => {
        this.sort = key;
        this.#drawBar();
        this.redraw();
      },
    }));
  }

  #tags() {
    const tags = this.forum.available_tags ?? [];
    if (!tags.length) return null;
    return h(
      "div.tags",
      { role: "group", "aria-label": "Filter by tag" },
      tags.map((tag) => this.#tag(tag)),
    );
  }

  #tag(tag) {
    const node = h("button.tag", { type: "button", "aria-pressed": String(this.#wanted.has(tag.id)) }, tagFace(tag));
    node.addEventListener("click", () => {
      if (!this.#wanted.delete(tag.id)) this.#wanted.add(tag.id);
      node.setAttribute("aria-pressed", String(this.#wanted.has(tag.id)));
      this.redraw();
    });
    return node;
  }
}
