// Where one writes: text with suggestions, files, replies, or a command with its options.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { commandsAt, leafBegun } from "../interactions/commands.js";
import { openEmojiPicker } from "../overlays/emoji_picker.js";
import { attempt, toast } from "../overlays/toast.js";
import { shelf } from "../state/messages.js";
import { channelName } from "../state/names.js";
import { keepWhile } from "../state/outbox.js";
import { may, maySend } from "../state/permissions.js";
import { channel, isDirect, isThread, listen, store } from "../state/store.js";
import { startEditing } from "../stream/editing.js";
import { post } from "../wire/api.js";
import { nonce } from "../wire/snowflake.js";
import { CommandForm } from "./command_form.js";
import { Palette } from "./palette.js";
import { ReplyBar } from "./reply_bar.js";
import { commandRows, wordRows } from "./suggestions.js";
import { fitHeight, toWire } from "./text.js";
import { Uploads } from "./uploads.js";

const TYPING_EVERY_MS = 8000;
const LONGEST = 2000;
const drafts = new Map(); // by person and channel

export class Composer {
  #form = null;
  #formOf = ""; // the text that it was made of
  #typedAt = 0;
  #stops = [];

  /** `stream` is shown its end after sending; files may be dropped anywhere on `view`. */
  constructor(channelId, stream, view) {
    Object.assign(this, { channelId, stream, place: channel(channelId), draft: `${store.me.id}/${channelId}` });
    const sign = isDirect(this.place) ? "@" : isThread(this.place) ? "" : "#";
    this.name = `${sign}${channelName(this.place)}`;
    if (!maySend(channelId)) {
      this.node = h("div.composer.shut", h("p", "You may not write here."));
      return;
    }
    this.palette = new Palette();
    this.uploads = new Uploads(() => this.#fit());
    this.reply = new ReplyBar(this.place, () => this.area.focus());
    this.#build(view);
    this.#listen();
    requestAnimationFrame(() => this.#fit());
  }

  #build(view) {
    this.area = this.#textArea();
    this.slot = h("div.write-slot", this.area);
    this.count = h("span.left", { "aria-live": "polite" });
    this.opener = this.uploads.opener();
    const smile = this.#tool("smile", "Emoji", () => this.#pickEmoji(smile));
    const line = h(
      "div.write-line",
      may("ATTACH_FILES", this.channelId) ? this.opener : null,
      this.slot,
      this.count,
      this.#tool("slash", "Commands", () => this.#offerCommands()),
      smile,
      this.#tool("send", "Send", () => (this.#form ? this.#form.run() : this.#submit()), "send"),
    );
    this.box = h("div.write-box", this.uploads.node, line);
    this.node = h("div.composer", this.palette.node, this.reply.node, this.box);
    const veil = h("div.drop-veil", { hidden: true }, icon("clip"), h("b", `Drop files for ${this.name}`));
    view.append(veil);
    this.uploads.accept(view, (isOver) => (veil.hidden = !isOver));
    this.slot.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || !may("ATTACH_FILES", this.channelId)) return;
      event.preventDefault();
      this.uploads.drop(files);
    });
    this.uploads.drop = (files) => (this.#form ? this.#form.drop(files) : this.uploads.add(files));
  }

  #tool(mark, label, run, kind = null) {
    return h(
      "button.tool",
      { type: "button", class: kind, "aria-label": label, title: label, onclick: run },
      icon(mark),
    );
  }

  #textArea() {
    const area = h("textarea.write", {
      id: "composer",
      rows: 1,
      placeholder: `Message ${this.name}`,
      "aria-label": `Message ${this.name}`,
      maxlength: 4000,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "palette-list",
      value: drafts.get(this.draft) ?? "",
    });
    area.addEventListener("input", () => this.#typed());
    area.addEventListener("blur", () => this.#form || this.palette.hide());
    area.addEventListener("keydown", (event) => this.#key(event));
    return area;
  }

  #listen() {
    this.#stops.push(
      listen("reply", (one) => one.channel_id === this.channelId && this.reply.set(one)),
      listen("mention", (user) => {
        this.#leaveForm();
        this.#insert(this.area.value.length, this.area.value.length, `@${user.username} `);
      }),
      listen("use-command", (wanted) => this.#useCommand(wanted)),
    );
  }

  focus() {
    (this.#form ?? this.area)?.focus();
  }
  stop() {
    for (const stop of this.#stops) stop();
  }

  #typed() {
    this.#fit();
    this.#suggest();
    const { value } = this.area;
    if (!value || value.startsWith("/") || Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = Date.now();
    post(`/channels/${this.channelId}/typing`).catch(() => {}); // a courtesy: the message itself tells of any fault
  }

  #fit() {
    const { value } = this.area;
    fitHeight(this.area);
    fill(this.count, value.length > LONGEST - 200 ? String(LONGEST - value.length) : "");
    this.count.classList.toggle("over", value.length > LONGEST);
    this.box.classList.toggle("ready", Boolean(value.trim() || this.uploads.items.length));
    if (value) drafts.set(this.draft, value);
    else drafts.delete(this.draft);
  }

  #insert(from, to, text) {
    this.area.setRangeText(text, from, to, "end");
    this.area.focus();
    this.area.dispatchEvent(new Event("input"));
  }

  #pickEmoji(anchor) {
    const { selectionStart, selectionEnd } = this.area;
    const insert = (emoji) => this.#insert(selectionStart, selectionEnd, emoji.id ? `:${emoji.name}: ` : emoji.name);
    openEmojiPicker(anchor, { guildId: this.place.guild_id, onPick: insert });
  }

  #key(event) {
    const { value } = this.area;
    if (event.key === " " && this.palette.open && /^\/\S/.test(value)) return;
    if (this.palette.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit();
    else if (event.key === "ArrowUp" && !value && event.shiftKey) this.#toMessages();
    else if (event.key === "ArrowUp" && !value && !event.altKey) this.#editLast();
    else if (event.key === "Escape" && this.reply.one) this.reply.set(null);
    else return;
    event.preventDefault();
  }

  #toMessages() {
    this.node.parentNode.querySelector('.message[tabindex="0"]')?.focus();
  }

  #editLast() {
    const isMine = (one) => one.author?.id === store.me.id && !one.interaction_metadata && [0, 19].includes(one.type);
    const mine = shelf(this.channelId).list.filter(isMine).at(-1);
    if (mine) startEditing(mine);
  }

  // Commands

  #offerCommands() {
    this.#leaveForm();
    this.area.value = "/";
    this.area.focus();
    this.#suggest();
  }

  async #suggest() {
    const { value } = this.area;
    if (value.startsWith("/") && (await this.#suggestCommands(value))) return;
    const insert = (...edit) => this.#insert(...edit);
    const words = wordRows(value, this.area.selectionStart, this.channelId, insert);
    if (words) this.palette.show(words.title, words.rows, this.area);
    else this.palette.hide();
  }

  /** True when the text is a command's beginning, or was one that is now in the form. */
  async #suggestCommands(value) {
    const slash = /^\/([\p{L}\p{N}_' -]*)$/u.exec(value);
    const index = await commandsAt(this.channelId).catch((error) => void toast(error.message, { bad: true }));
    if (!index || this.area.value !== value || this.#form) return true;
    const leaf = leafBegun(index, value);
    if (leaf) {
      this.#enterTyped(leaf, value);
      return true;
    }
    if (!slash) return false;
    const rows = commandRows(index, slash[1].trim(), (picked) => this.#enter(picked));
    const empty = index.leaves.length ? null : "No app offers commands here.";
    this.palette.show("Commands", rows, this.area, { keep: true, empty });
    return true;
  }

  #enter(leaf, text = "") {
    this.area.value = "";
    this.#fit();
    this.palette.hide(); // the list it was taken from: its Enter would take it once more
    this.#form = new CommandForm(leaf, this.palette, () => {
      this.#leaveForm();
      this.area.focus();
    });
    this.#form.onRun = () => this.stream.toEnd();
    fill(this.slot, this.#form.node);
    this.box.classList.add("commanding");
    this.opener.hidden = true;
    this.#form.fillTyped(text);
    this.#form.focus();
  }

  #enterTyped(leaf, value) {
    this.#enter(leaf, value.slice(leaf.name.length + 2));
    this.#formOf = value;
  }

  #leaveForm() {
    if (!this.#form) return;
    this.#form = null;
    this.#formOf = "";
    fill(this.slot, this.area);
    this.box.classList.remove("commanding");
    this.opener.hidden = false;
  }

  async #useCommand({ name, id, applicationId }) {
    const { leaves } = (await commandsAt(this.channelId).catch(() => null)) ?? { leaves: [] };
    const named = leaves.filter((one) => one.name === name);
    const isIt = ({ command }) =>
      (!id || command.id === id) && (!applicationId || command.application_id === applicationId);
    const leaf = named.find(isIt) ?? named[0];
    if (!leaf) return toast(`/${name} cannot be used here.`, { bad: true });
    this.#leaveForm();
    return this.#enter(leaf);
  }

  // Sending

  async #submit() {
    if (this.area.value.startsWith("/") && (await this.#runTyped(this.area.value))) return;
    const kept = { text: this.area.value, items: this.uploads.items, reply: this.reply.one };
    const content = toWire(kept.text.trim(), this.channelId);
    if (!content && !kept.items.length) return;
    const { files, attachments } = this.uploads.take();
    const body = { content, nonce: nonce(), ...(attachments.length ? { attachments } : {}), ...this.reply.fields() };
    this.area.value = "";
    this.reply.set(null);
    this.#fit();
    this.stream.toEnd();
    const note = { channelId: this.channelId, text: kept.text.trim(), count: files.length };
    const send = () => post(`/channels/${this.channelId}/messages`, body, { files });
    const made = await attempt(() => keepWhile(body.nonce, note, send));
    if (!made && !this.area.value) this.#putBack(kept);
  }

  /** Typed or pasted faster than it is known what commands there are: a command is run, and never told to everybody. */
  async #runTyped(value) {
    const index = await commandsAt(this.channelId).catch((error) => void toast(error.message, { bad: true }));
    if (!index) return true;
    if (!this.#form && this.area.value === value) {
      const leaf = leafBegun(index, `${value} `);
      if (!leaf) return false;
      this.#enterTyped(leaf, value);
    }
    if (this.#formOf === value) this.#form?.run();
    return true;
  }

  /** A refused message is not lost: it stands in the composer again. */
  #putBack({ text, items, reply }) {
    this.area.value = text;
    this.uploads.items = items;
    this.uploads.draw();
    if (reply) this.reply.set(reply);
    this.#fit();
  }
}
