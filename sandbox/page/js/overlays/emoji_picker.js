// Emoji to pick from: lately used ones, those of this server, then a small common set; search by word.

import { h, fill } from "../dom.js";
import { GROUPS, findEmoji } from "../content/emoji.js";
import { emojiNode } from "../content/avatars.js";
import { guild } from "../state/store.js";
import { float } from "./floating.js";

const USED = "sandbox.emoji";
const AT_FIRST = ["👍", "❤️", "⭐", "🔄", "🎉", "✨", "1️⃣", "🇦"];
const REMEMBERED = 16;
const CELL_PX = 40;

class EmojiPicker {
  constructor(anchor, { guildId, onPick, side }) {
    this.onPick = onPick;
    this.server = guild(guildId)?.name ?? "";
    this.custom = (guild(guildId)?.emojis ?? []).map(({ id, name, animated }) => ({
      id,
      name,
      animated,
      words: name.toLowerCase(),
    }));
    const label = "Find an emoji";
    this.find = h("input.input.find", { type: "text", placeholder: label, "aria-label": label, autocomplete: "off" });
    this.grid = h("div.emoji-scroll");
    const box = h("div.emoji-picker", { role: "dialog", "aria-label": "Emoji" }, this.find, this.grid);
    this.find.addEventListener("input", () => this.#draw());
    box.addEventListener("keydown", (event) => this.#key(event));
    this.close = float(box, anchor, { side, align: "end" });
    this.#draw();
    this.find.focus();
  }

  #draw() {
    const query = this.find.value.trim();
    if (query) {
      const found = findEmoji(query, this.custom);
      fill(this.grid, found.length ? this.#section("Found", found) : h("p.hint", "Nothing found"));
      return;
    }
    const lately = recent().map((name) => ({ name, words: name }));
    const groups = GROUPS.map((group) => this.#section(group.name, group.emoji));
    fill(this.grid, this.#section("Lately", lately), this.#section(this.server, this.custom), groups);
  }

  #section(name, list) {
    return list.length
      ? [
          h("h3", name),
          h(
            "div.emoji-grid",
            list.map((one) => this.#cell(one)),
          ),
        ]
      : null;
  }

  #cell(one) {
    const label = one.words ?? one.name;
    const pick = () => {
      remember(one);
      this.close();
      this.onPick(one);
    };
    const props = { type: "button", tabindex: -1, "aria-label": label, title: label, onclick: pick };
    return h("button.emoji-cell", props, emojiNode(one, { label: false }));
  }

  #key(event) {
    const cells = [...this.grid.querySelectorAll(".emoji-cell")];
    const at = cells.indexOf(document.activeElement);
    const columns = Math.max(1, Math.floor(this.grid.clientWidth / CELL_PX));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (event.key === "Enter" && at < 0) cells[0]?.click();
    else if (step && at < 0 && event.key === "ArrowDown") cells[0]?.focus();
    else if (step && at >= 0) (cells[Math.min(at + step, cells.length - 1)] ?? this.find).focus();
    else return;
    event.preventDefault();
  }
}

export const openEmojiPicker = (anchor, { guildId, onPick, side = "above" }) =>
  new EmojiPicker(anchor, { guildId, onPick, side });

const recent = () => JSON.parse(localStorage.getItem(USED) ?? "null") ?? AT_FIRST;

function remember(one) {
  if (one.id) return;
  const names = [one.name, ...recent().filter((name) => name !== one.name)];
  localStorage.setItem(USED, JSON.stringify(names.slice(0, REMEMBERED)));
}
