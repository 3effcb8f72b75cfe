// A list to choose from, one or several, with search: behind every select menu and every option that offers values.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";
import { float } from "./floating.js";

const SEARCH_FROM = 10;
const PAGE = 8;
let count = 0;

class Listbox {
  #isDone = false;
  #close = null;

  constructor(anchor, { options, label, multiple, min, max, chosen, search, onDone }) {
    Object.assign(this, { options, label, multiple, min, max, onDone });
    this.id = `list-${(count += 1)}`;
    this.before = chosen;
    this.picked = new Set(chosen);
    this.shown = options;
    this.at = Math.max(
      0,
      options.findIndex((one) => this.picked.has(one.value)),
    );
    this.#build(search);
    this.#draw();
    this.#close = float(this.box, anchor, { match: true, onClose: () => this.#closed() });
    this.#mark();
    this.holder.focus({ preventScroll: true });
  }

  #build(search) {
    const { id, label, multiple } = this;
    this.list = h("ul.options", {
      role: "listbox",
      id,
      "aria-label": label,
      "aria-multiselectable": multiple ? "true" : null,
      tabindex: search ? -1 : 0,
    });
    this.find = search ? this.#searchField() : null;
    this.holder = this.find ?? this.list;
    const done = h("button.press.primary", { type: "button", onclick: () => this.#finish() }, "Done");
    this.box = h("div.listbox", this.find, this.list, multiple ? done : null);
    this.box.addEventListener("keydown", (event) => this.#key(event));
  }

  #searchField() {
    const find = h("input.input.find", {
      type: "text",
      placeholder: "Search",
      role: "combobox",
      "aria-label": `Search ${this.label}`,
      "aria-controls": this.id,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      autocomplete: "off",
    });
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      const words = (one) => `${one.label} ${one.description ?? ""} ${one.search ?? ""}`.toLowerCase();
      this.shown = this.options.filter((one) => words(one).includes(wanted));
      this.at = 0;
      this.#draw();
    });
    return find;
  }

  #closed() {
    const isChanged = this.picked.size !== this.before.length || this.before.some((value) => !this.picked.has(value));
    if (this.multiple && isChanged && this.picked.size >= this.min && !this.#isDone) this.#tell();
  }

  #finish() {
    if (this.picked.size >= this.min && !this.#isDone) this.#tell();
    this.#close();
  }

  #tell() {
    this.#isDone = true;
    this.onDone([...this.picked]);
  }

  #choose(one) {
    if (!this.multiple) {
      this.picked = new Set([one.value]);
      this.#finish();
      return;
    }
    if (this.picked.has(one.value)) this.picked.delete(one.value);
    else if (this.max === 1) this.picked = new Set([one.value]);
    else if (this.picked.size < this.max) this.picked.add(one.value);
    this.#draw();
  }

  #draw() {
    const rows = this.shown.map((one, index) => this.#row(one, index));
    fill(this.list, rows.length ? rows : h("li.none", "Nothing found"));
    this.#mark();
  }

  #row(one, index) {
    const isPicked = this.picked.has(one.value);
    const tick = h("span.box", { class: this.multiple ? null : "round" }, isPicked ? icon("check", "small") : null);
    return h(
      "li.option",
      {
        role: "option",
        id: `${this.id}-${index}`,
        "aria-selected": String(isPicked),
        onclick: () => this.#choose(one),
        onpointermove: () => this.#moveTo(index),
      },
      one.lead ?? null,
      h("span.grow", h("span.label", one.label), one.description ? h("small", one.description) : null),
      this.multiple || isPicked ? tick : null,
    );
  }

  #moveTo(index) {
    if (index === this.at || !this.shown.length) return;
    this.at = index;
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((node, index) => node.classList.toggle("active", index === this.at));
    this.holder.setAttribute("aria-activedescendant", this.shown.length ? `${this.id}-${this.at}` : "");
    this.list.children[this.at]?.scrollIntoView?.({ block: "nearest" });
  }

  #key(event) {
    const { length } = this.shown;
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const jumps = {
      PageDown: this.at + PAGE,
      PageUp: this.at - PAGE,
      ...(this.find ? {} : { Home: 0, End: length - 1 }),
    };
    const isPick = event.key === "Enter" || (event.key === " " && event.target === this.list);
    if (steps) this.#moveTo((this.at + steps + length) % (length || 1));
    else if (event.key in jumps) this.#moveTo(Math.max(0, Math.min(length - 1, jumps[event.key])));
    else if (isPick && event.target.tagName !== "BUTTON") this.shown[this.at] && this.#choose(this.shown[this.at]);
    else if (event.key === "Tab" && !this.multiple) return this.#close();
    else if (event.key.length === 1 && !this.find && !event.ctrlKey) this.#typeAhead(event.key.toLowerCase());
    else return undefined;
    event.preventDefault();
    return event.stopPropagation();
  }

  #typeAhead(letter) {
    const next = this.shown.findIndex((one, index) => index > this.at && one.label.toLowerCase().startsWith(letter));
    if (next >= 0) this.#moveTo(next);
  }
}

/** options: [{value, label, description, lead, search}]; calls onDone(values) once, for several when it closes. */
export function openListbox(anchor, given) {
  const search = given.options.length >= SEARCH_FROM;
  return new Listbox(anchor, { multiple: false, min: 1, max: 1, chosen: [], search, ...given });
}
