// Emoji to pick from: those of this server first, then a small common set; search by word.

import { h, fill } from "../dom.js";
import { float } from "./floating.js";
import { GROUPS, findEmoji } from "../content/emoji.js";
import { emojiNode } from "../content/avatars.js";
import { guild } from "../state/store.js";

const USED = "sandbox.emoji";
const recent = () => JSON.parse(localStorage.getItem(USED) ?? '["👍","❤️","⭐","🔄","🎉","✨","1️⃣","🇦"]');

export function openEmojiPicker(anchor, { guildId, onPick, side = "above" }) {
  const custom = (guild(guildId)?.emojis ?? []).map((one) => ({ id: one.id, name: one.name, animated: one.animated, words: one.name.toLowerCase() }));
  const find = h("input.input.find", { type: "text", placeholder: "Find an emoji", "aria-label": "Find an emoji", autocomplete: "off" });
  const grid = h("div.emoji-scroll");
  const box = h("div.emoji-picker", { role: "dialog", "aria-label": "Emoji" }, find, grid);
  const close = float(box, anchor, { side, align: "end" });

  const cell = (one) => h("button.emoji-cell", {
    type: "button", tabindex: -1, "aria-label": one.words ?? one.name, title: one.words ?? one.name,
    onclick: () => { remember(one); close(); onPick(one); },
  }, emojiNode(one, { label: false }));
  const section = (name, list) => list.length ? [h("h3", name), h("div.emoji-grid", list.map(cell))] : [];

  function draw() {
    const query = find.value.trim();
    if (query) fill(grid, section("Found", findEmoji(query, custom)), findEmoji(query, custom).length ? null : h("p.hint", "Nothing found"));
    else fill(grid, section("Lately", recent().map((name) => ({ name, words: name }))), section(guild(guildId)?.name ?? "", custom), GROUPS.map((group) => section(group.name, group.emoji)));
  }

  find.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    const cells = [...grid.querySelectorAll(".emoji-cell")];
    const at = cells.indexOf(document.activeElement);
    const columns = Math.max(1, Math.floor(grid.clientWidth / 40));
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    if (event.key === "Enter" && at < 0) { event.preventDefault(); cells[0]?.click(); }
    else if (steps[event.key] && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      const next = at < 0 ? 0 : at + steps[event.key];
      (next < 0 ? find : cells[Math.min(next, cells.length - 1)])?.focus();
    }
  });
  draw();
  find.focus();
}

function remember(one) {
  if (one.id) return;
  localStorage.setItem(USED, JSON.stringify([one.name, ...recent().filter((name) => name !== one.name)].slice(0, 16)));
}
