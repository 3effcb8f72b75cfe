// A chosen command in the composer: a chip and one field an option. Tab goes on, Enter runs, Esc or Backspace leaves.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { place } from "../state/router.js";
import { autocomplete, runCommand } from "../interactions/interactions.js";
import { wrapOptions } from "../interactions/commands.js";
import { bytes, filePicture } from "../content/media.js";
import { toast } from "../overlays/toast.js";
import { filterRows, readOption, rowsFor, TYPE } from "./option_values.js";

const ASK_AFTER_MS = 160;

export class CommandForm {
  constructor(leaf, palette, onLeave) {
    Object.assign(this, { leaf, palette, onLeave, channelId: place.channelId, entries: new Map(), onRun() {} });
    this.fields = h("span.option-fields");
    const title = "Enter runs the command, Space offers these";
    this.more = h("button.option-more", { type: "button", title, onclick: () => this.offerMore() });
    this.fault = h("div.option-fault.fault", { role: "alert" });
    this.line = h(
      "div.command-form",
      { role: "group", "aria-label": `Command ${leaf.name}` },
      h("span.command-chip", `/${leaf.name}`),
      this.fields,
      this.more,
    );
    this.node = h("div.command-box", this.fault, this.line);
    for (const option of leaf.options) if (option.required) this.addField(option);
    this.showMore();
    this.line.addEventListener("keydown", (event) => this.#key(event));
    this.line.addEventListener("click", (event) => {
      if (event.target === this.line) [...this.entries.values()].at(-1)?.input.focus();
    });
    this.more.addEventListener("keydown", (event) => {
      if (!this.palette.key(event) && event.key === "ArrowDown") this.offerMore();
    });
    this.more.addEventListener("blur", () => this.palette.hide());
  }

  focus() {
    const open =
      [...this.entries.values()].find((entry) => !entry.text && !entry.file) ?? [...this.entries.values()].at(-1);
    if (open) open.input.focus();
    else if (!this.more.hidden) this.more.focus();
    else this.#focusLine();
  }

  #focusLine() {
    this.line.tabIndex = -1;
    this.line.focus();
  }
  /** "a red house colour: teal" goes to the first option and to the ones of these names. */
  fillTyped(text) {
    const { options } = this.leaf;
    if (!text.trim() || !options.length) return;
    const names = options.map((one) => one.name.replace(/[^\w-]/g, ".")).join("|");
    const [first, ...pairs] = text.split(new RegExp(`(?:^|\\s)(${names}): ?`));
    if (first.trim()) this.#set(options[0], first.trim());
    for (let at = 0; at < pairs.length; at += 2) {
      this.#set(
        options.find((one) => one.name === pairs[at]),
        pairs[at + 1].trim(),
      );
    }
  }

  #set(option, text) {
    if (!option || option.type === TYPE.attachment) return;
    this.addField(option);
    const entry = this.entries.get(option.name);
    entry.text = entry.input.value = text;
  }

  rest() {
    return this.leaf.options.filter((option) => !this.entries.has(option.name));
  }

  showMore() {
    const count = this.rest().length;
    this.more.hidden = !count;
    fill(this.more, `+${count} optional`);
  }

  offerMore() {
    const rows = this.rest().map((option) => ({
      label: option.name,
      hint: option.description,
      run: () => {
        this.addField(option);
        this.entries.get(option.name).input.focus();
      },
    }));
    this.more.focus();
    this.palette.show("Options", rows, this.more);
  }

  addField(option, text = "") {
    if (this.entries.has(option.name)) return;
    const entry = { option, text, picked: null, file: null };
    entry.input = option.type === TYPE.attachment ? this.#fileInput(entry) : this.#textInput(entry);
    entry.node = h(
      "span.option-field",
      { dataset: { option: option.name } },
      h("span.option-name", { class: option.required ? "needed" : null }, option.name),
      entry.input,
      entry.extra ?? null,
    );
    this.entries.set(option.name, entry);
    this.fields.append(entry.node);
    this.showMore();
  }

  #textInput(entry) {
    const { option } = entry;
    const input = h("textarea", {
      rows: 1,
      value: entry.text,
      "aria-label": option.name,
      "aria-required": option.required ? "true" : null,
      role: "combobox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      title: option.description,
      spellcheck: option.type === TYPE.string && !option.choices ? "true" : "false",
      inputmode: [4, 10].includes(option.type) ? "decimal" : null,
      autocomplete: "off",
    });
    input.addEventListener("input", () => {
      entry.text = input.value;
      entry.picked = null;
      this.#clearFault(entry);
      if (!this.#jumpTyped(entry)) this.#suggest(entry);
    });
    input.addEventListener("focus", () => this.#suggest(entry));
    input.addEventListener("keypress", (event) => {
      if (event.key === " " && !input.value) event.preventDefault();
    });
    input.addEventListener("blur", () => {
      this.palette.hide();
      this.#clearFault(entry);
    });
    return input;
  }

  /** " colour:" typed in a field goes on to the option colour. */
  #jumpTyped(entry) {
    const found = /(?:^|\s)([\p{L}\p{N}_-]{1,32}):$/u.exec(entry.text);
    const option = found && this.rest().find((one) => one.name === found[1]);
    if (!option) return false;
    entry.text = entry.input.value = entry.text.slice(0, found.index);
    this.addField(option);
    this.entries.get(option.name).input.focus();
    return true;
  }

  #fileInput(entry) {
    const file = h("input.unseen", {
      type: "file",
      tabindex: -1,
      "aria-hidden": "true",
      dataset: { option: entry.option.name },
    });
    const opener = h(
      "button.option-file",
      { type: "button", "aria-label": `${entry.option.name}: choose a file`, onclick: () => file.click() },
      "Choose a file",
    );
    file.addEventListener("change", () => this.setFile(entry, file.files[0]));
    opener.addEventListener("focus", () =>
      this.palette.show(entry.option.name, [], opener, { empty: entry.option.description ?? "Choose or drop a file" }),
    );
    opener.addEventListener("blur", () => this.palette.hide());
    entry.extra = file;
    return opener;
  }

  setFile(entry, file) {
    entry.file = file ?? null;
    fill(
      entry.input,
      file
        ? [
            file.type.startsWith("image/")
              ? filePicture(file)
              : icon("file", "small"),
            `${file.name} · ${bytes(file.size)}`,
          ]
        : "Choose a file",
    );
    entry.input.setAttribute(
      "aria-label",
      file ? `${entry.option.name}: ${file.name}` : `${entry.option.name}: choose a file`,
    );
    this.#clearFault(entry);
    entry.input.focus();
  }

  /** A dropped or pasted file goes to the first attachment option that has none. */
  drop(files) {
    for (const file of files) {
      const option = this.leaf.options.find((one) => one.type === TYPE.attachment && !this.entries.get(one.name)?.file);
      if (!option) {
        toast(`/${this.leaf.name} has no place for ${file.name}.`, { bad: true });
        return;
      }
      this.addField(option);
      this.setFile(this.entries.get(option.name), file);
    }
  }

  #suggest(entry) {
    const { option, input } = entry;
    const title = option.description ? `${option.name}: ${option.description}` : option.name;
    clearTimeout(this.timer);
    if (option.autocomplete) {
      this.timer = setTimeout(() => this.#ask(entry, title), ASK_AFTER_MS);
      return;
    }
    const rows = rowsFor(option, this.channelId);
    if (!rows) {
      this.palette.show(title, [], input, { empty: option.type === TYPE.string ? "Write anything" : "Write a number" });
      return;
    }
    const found = entry.picked ? rows : filterRows(rows, entry.text);
    this.palette.show(
      title,
      found.slice(0, 100).map((row) => ({ ...row, hint: row.description, run: () => this.#choose(entry, row) })),
      input,
      { empty: "Nothing found" },
    );
  }

  async #ask(entry, title) {
    const asked = entry.text;
    const choices = await autocomplete(this.leaf.command, this.#wireOptions(entry));
    if (document.activeElement !== entry.input || entry.text !== asked) return;
    const rows = (choices ?? []).map((one) => ({
      label: one.name_localized ?? one.name,
      value: one.value,
      run: () => this.#choose(entry, { label: one.name, value: one.value }),
    }));
    this.palette.show(title, rows, entry.input, {
      empty: choices === null ? "Loading options failed" : "No options fit",
    });
  }

  #choose(entry, row) {
    entry.picked = row;
    entry.text = row.label;
    entry.input.value = row.label;
    this.palette.hide();
    this.#next(entry);
  }

  #next(entry) {
    const all = [...this.entries.values()];
    const next =
      all.slice(all.indexOf(entry) + 1).find((one) => !one.text && !one.file) ??
      all.find((one) => one.option.required && !one.text && !one.file);
    if (next) next.input.focus();
    else {
      entry.input.focus();
      this.palette.hide();
    }
  }

  #wireOptions(focused = null) {
    const options = [];
    for (const entry of this.entries.values()) {
      if (entry.option.type === TYPE.attachment) continue;
      const read = readOption(entry.option, entry, rowsFor(entry.option, this.channelId));
      const value = entry === focused ? (entry.picked ? entry.picked.value : entry.text) : read.value;
      if (entry === focused || value !== undefined)
        options.push({
          type: entry.option.type,
          name: entry.option.name,
          value,
          ...(entry === focused ? { focused: true } : {}),
        });
    }
    return wrapOptions(this.leaf.path, options);
  }

  #clearFault(entry) {
    entry.node?.classList.remove("wrong");
    entry.input?.removeAttribute("aria-invalid");
    fill(this.fault);
  }

  run() {
    const files = [];
    const options = [];
    for (const option of this.leaf.options) {
      const entry = this.entries.get(option.name);
      if (!entry) continue;
      const read = readOption(option, entry, rowsFor(option, this.channelId));
      if (read.fault) {
        entry.node.classList.add("wrong");
        entry.input.setAttribute("aria-invalid", "true");
        entry.input.focus();
        fill(this.fault, read.fault);
        this.palette.hide();
        return;
      }
      if (read.file) options.push({ type: option.type, name: option.name, value: String(files.push(read.file) - 1) });
      else if (!read.empty) options.push({ type: option.type, name: option.name, value: read.value });
    }
    runCommand(this.leaf.command, {
      options: wrapOptions(this.leaf.path, options),
      files,
      label: this.leaf.name,
      channelId: this.channelId,
    });
    this.onRun();
    this.leave();
  }

  leave() {
    clearTimeout(this.timer);
    this.palette.hide();
    this.onLeave();
  }

  #remove(entry) {
    const all = [...this.entries.values()];
    const before = all[all.indexOf(entry) - 1];
    if (entry.option.required) {
      if (!before) this.leave();
      else before.input.focus();
      return;
    }
    this.entries.delete(entry.option.name);
    entry.node.remove();
    this.showMore();
    (before?.input ?? this.more).focus();
  }

  #key(event) {
    const entry = [...this.entries.values()].find((one) => one.input === event.target);
    if (entry && this.#palettesKey(event, entry)) return;
    if (event.defaultPrevented) return;
    if (
      event.key === "Enter" &&
      !event.shiftKey &&
      !event.isComposing &&
      !(entry?.option.type === TYPE.attachment && !entry.file)
    ) {
      event.preventDefault();
      this.run();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.leave();
    } else if (event.key === "Backspace" && (entry ? !entry.text : true)) {
      event.preventDefault();
      if (entry?.file) this.setFile(entry, null);
      else if (entry) this.#remove(entry);
      else if ([...this.entries.values()].length) [...this.entries.values()].at(-1).input.focus();
      else this.leave();
    }
  }

  /** Enter takes the highlighted value unless what is typed is already complete. */
  #palettesKey(event, entry) {
    if (event.key === "Tab" && (event.shiftKey || !this.palette.items.length || entry.picked)) return false;
    if (
      event.key === "Enter" &&
      (entry.picked ||
        !this.palette.items.length ||
        (entry.option.autocomplete && !event.target.getAttribute("aria-activedescendant")))
    )
      return false;
    return this.palette.key(event);
  }
}
