// Where one writes: text with suggestions, files, replies, or a command with its options.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { channel, isDirect, isThread, listen, store } from "../state/store.js";
import { channelName, nameOf } from "../state/names.js";
import { may, maySend } from "../state/permissions.js";
import { shelf } from "../state/messages.js";
import { commandsAt } from "../interactions/commands.js";
import { post } from "../wire/api.js";
import { nonce } from "../wire/snowflake.js";
import { attempt, toast } from "../overlays/toast.js";
import { openEmojiPicker } from "../overlays/emoji_picker.js";
import { startEditing } from "../stream/editing.js";
import { CommandForm } from "./command_form.js";
import { Palette } from "./palette.js";
import { commandRows, wordRows } from "./suggestions.js";
import { fitHeight, toWire } from "./text.js";
import { Uploads } from "./uploads.js";

const TYPING_EVERY_MS = 8000;
const drafts = new Map();

/** `view` is the whole channel: files may be dropped anywhere on it. */
export function mountComposer(channelId, stream, view) {
  const place = channel(channelId);
  const name = `${isDirect(place) ? "@" : isThread(place) ? "" : "#"}${channelName(place)}`;
  if (!maySend(channelId)) return { node: h("div.composer.shut", h("p", "You may not write here.")), stop() {}, focus() {} };

  const palette = new Palette();
  const uploads = new Uploads();
  let form = null;
  let reply = null;
  let typed = 0;
  const area = h("textarea.write", { id: "composer", rows: 1, placeholder: `Message ${name}`, "aria-label": `Message ${name}`, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "palette-list", maxlength: 4000, value: drafts.get(channelId) ?? "" });
  const replyBar = h("div.reply-bar", { hidden: true });
  const count = h("span.left", { "aria-live": "polite" });
  const slot = h("div.write-slot", area);
  const smile = h("button.tool", { type: "button", "aria-label": "Emoji", title: "Emoji", onclick: () => openEmojiPicker(smile, { guildId: place.guild_id, onPick: (emoji) => insert(area.selectionStart, area.selectionEnd, emoji.id ? `:${emoji.name}: ` : emoji.name) }) }, icon("smile"));
  const apps = h("button.tool", { type: "button", "aria-label": "Commands", title: "Commands", onclick: () => { leaveForm(); area.value = "/"; area.focus(); suggest(); } }, icon("slash"));
  const send = h("button.tool.send", { type: "button", "aria-label": "Send", title: "Send", onclick: () => (form ? form.run() : submit()) }, icon("send"));
  const opener = uploads.opener();
  const box = h("div.write-box", uploads.node, h("div.write-line", may("ATTACH_FILES", channelId) ? opener : null, slot, count, apps, smile, send));
  const veil = h("div.drop-veil", { hidden: true }, icon("clip"), h("b", `Drop files for ${name}`));
  const node = h("div.composer", palette.node, replyBar, box);

  function insert(from, to, text) {
    area.setRangeText(text, from, to, "end");
    area.focus();
    area.dispatchEvent(new Event("input"));
  }

  async function suggest() {
    const { value } = area;
    const slash = /^\/([\p{L}\p{N}_' -]*)$/u.exec(value);
    if (slash) {
      const index = await commandsAt(channelId).catch((error) => { toast(error.message, { bad: true }); return null; });
      if (!index || area.value !== value || form) return;
      const exact = value.endsWith(" ") ? index.leaves.find((leaf) => `/${leaf.name} ` === value) : null;
      if (exact) { enter(exact); return; }
      palette.show("Commands", commandRows(index, slash[1].trim(), enter), area, { keep: true, empty: index.leaves.length ? null : "No app offers commands here." });
      return;
    }
    const command = /^\/(\S+(?: \S+){0,2}) /u.exec(value);
    if (command && (await takeTyped(value))) return;
    const words = wordRows(value, area.selectionStart, channelId, insert);
    if (words) palette.show(words.title, words.rows, area);
    else palette.hide();
  }

  /** "/imagine a red house" typed or pasted at once: the rest becomes the first option's text. */
  async function takeTyped(value) {
    const index = await commandsAt(channelId).catch(() => null);
    const leaf = index?.leaves.filter((one) => value.startsWith(`/${one.name} `)).sort((a, b) => b.name.length - a.name.length)[0];
    if (!leaf || area.value !== value || form) return false;
    enter(leaf, value.slice(leaf.name.length + 2));
    return true;
  }

  function enter(leaf, text = "") {
    area.value = "";
    drafts.delete(channelId);
    form = new CommandForm(leaf, palette, () => { leaveForm(); area.focus(); });
    fill(slot, form.node);
    box.classList.add("commanding");
    opener.hidden = true;
    fillTyped(leaf, text);
    form.focus();
  }

  /** "prompt: a red house seed: 4" goes to the options of these names. */
  function fillTyped(leaf, text) {
    if (!text.trim()) return;
    const names = leaf.options.map((one) => one.name);
    const parts = text.split(new RegExp(`(?:^|\\s)(${names.map((one) => one.replace(/[^\w-]/g, ".")).join("|") || "$^"}): ?`));
    const set = (option, value) => { form.addField(option); const entry = form.entries.get(option.name); if (entry.file === null && entry.input.tagName === "TEXTAREA") { entry.text = value; entry.input.value = value; } };
    if (parts[0].trim() && leaf.options[0]) set(leaf.options[0], parts[0].trim());
    for (let at = 1; at < parts.length; at += 2) set(leaf.options.find((one) => one.name === parts[at]), parts[at + 1].trim());
  }

  function leaveForm() {
    if (!form) return;
    form = null;
    fill(slot, area);
    box.classList.remove("commanding");
    opener.hidden = false;
  }

  async function submit() {
    const content = toWire(area.value.trim(), channelId);
    if (!content && !uploads.items.length) return;
    const { files, attachments } = uploads.take({ keep: true });
    const body = { content, nonce: nonce(), ...(attachments.length ? { attachments } : {}) };
    if (reply) Object.assign(body, { message_reference: { message_id: reply.one.id, channel_id: channelId, ...(place.guild_id ? { guild_id: place.guild_id } : {}) }, allowed_mentions: { parse: ["users", "roles", "everyone"], replied_user: reply.ping } });
    const kept = area.value;
    const [items, before] = [uploads.items, reply];
    area.value = "";
    uploads.items = [];
    uploads.draw();
    setReply(null);
    resize();
    stream?.toEnd();
    const made = await attempt(() => post(`/channels/${channelId}/messages`, body, { files }));
    if (made) return;
    if (!area.value) { area.value = kept; uploads.items = items; uploads.draw(); if (before) setReply(before.one); resize(); }
  }

  function setReply(one) {
    reply = one ? { one, ping: one.author.id !== store.me.id } : null;
    replyBar.hidden = !reply;
    if (!reply) { fill(replyBar); return; }
    const ping = h("button.as-link", { type: "button", "aria-pressed": String(reply.ping), onclick: () => { reply.ping = !reply.ping; ping.setAttribute("aria-pressed", String(reply.ping)); fill(ping, reply.ping ? "@ on" : "@ off"); } }, reply.ping ? "@ on" : "@ off");
    fill(replyBar, h("span.grow.cut", "Replying to ", h("b", nameOf(one.author, place.guild_id))), ping, h("button.tool", { type: "button", "aria-label": "Do not reply", onclick: () => { setReply(null); area.focus(); } }, icon("close", "small")));
    area.focus();
  }

  function resize() {
    fitHeight(area);
    fill(count, area.value.length > 1800 ? String(2000 - area.value.length) : "");
    count.classList.toggle("over", area.value.length > 2000);
    box.classList.toggle("ready", Boolean(area.value.trim() || uploads.items.length));
    if (area.value) drafts.set(channelId, area.value);
    else drafts.delete(channelId);
  }

  function editLast() {
    const mine = shelf(channelId).list.filter((one) => one.author?.id === store.me.id && !one.interaction_metadata && [0, 19].includes(one.type)).at(-1);
    if (mine) startEditing(mine);
  }

  uploads.onChange = resize;
  uploads.drop = (files) => (form ? form.drop(files) : uploads.add(files));
  area.addEventListener("input", () => {
    resize();
    suggest();
    if (area.value && !area.value.startsWith("/") && Date.now() - typed > TYPING_EVERY_MS) { typed = Date.now(); post(`/channels/${channelId}/typing`).catch(() => {}); }
  });
  area.addEventListener("blur", () => { if (!form) palette.hide(); });
  area.addEventListener("keydown", (event) => {
    if (event.key === " " && palette.open && /^\/\S/.test(area.value)) return;
    if (palette.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    else if (event.key === "ArrowUp" && !area.value && !event.altKey) { event.preventDefault(); if (event.shiftKey) node.parentNode.querySelector('.message[tabindex="0"]')?.focus(); else editLast(); }
    else if (event.key === "Escape" && reply) { event.preventDefault(); setReply(null); }
  });
  area.addEventListener("paste", (event) => { const files = [...(event.clipboardData?.files ?? [])]; if (files.length) { event.preventDefault(); uploads.add(files); } });
  uploads.accept(view, (over) => { veil.hidden = !over; });
  view.append(veil);
  requestAnimationFrame(resize);

  const stops = [
    listen("reply", (one) => { if (one.channel_id === channelId) setReply(one); }),
    listen("mention", (user) => { leaveForm(); insert(area.value.length, area.value.length, `@${user.username} `); }),
    listen("use-command", async ({ name: wanted, id, applicationId }) => {
      const index = await commandsAt(channelId).catch(() => null);
      const leaf = index?.leaves.find((one) => one.name === wanted && (!id || one.command.id === id) && (!applicationId || one.command.application_id === applicationId)) ?? index?.leaves.find((one) => one.name === wanted);
      if (leaf) { leaveForm(); enter(leaf); } else toast(`/${wanted} cannot be used here.`, { bad: true });
    }),
  ];
  return { node, focus: () => (form ?? area).focus(), stop() { for (const stop of stops) stop(); } };
}

