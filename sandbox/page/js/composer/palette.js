// The list over the composer: commands, people, channels, emoji, values. The focus stays in the input it serves.

import { fill, h } from "../dom.js";

export class Palette {
  constructor() {
    this.items = [];
    this.at = 0;
    this.list = h("ul.palette-list", { role: "listbox", id: "palette-list" });
    this.title = h("div.palette-title");
    this.node = h("div.palette", { hidden: true }, this.title, this.list);
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get open() {
    return !this.node.hidden;
  }

  /** items: {label, hint, lead, aside, group, run}; `holder` is the input that keeps the focus. */
  show(title, items, holder, { keep = false, empty = null } = {}) {
    const same = keep && this.open ? this.items[this.at]?.label : null;
    this.items = items;
    this.at = Math.max(0, same ? items.findIndex((one) => one.label === same) : 0);
    this.#hold(holder);
    if (!items.length && !empty) {
      this.hide();
      return;
    }
    fill(this.title, title);
    this.list.setAttribute("aria-label", title);
    this.node.hidden = false;
    let group = null;
    fill(
      this.list,
      items.length
        ? items.map((one, index) => {
            const head =
              one.group && one.group !== group
                ? h("li.palette-group", { role: "presentation" }, one.groupLead ?? null, one.group)
                : null;
            group = one.group;
            return [
              head,
              h(
                "li.palette-item",
                {
                  role: "option",
                  id: `palette-${index}`,
                  onclick: () => this.pick(index),
                  onpointermove: () => {
                    if (this.at !== index) {
                      this.at = index;
                      this.#mark(false);
                    }
                  },
                },
                one.lead ?? null,
                h("span.grow", h("span.label", one.label), one.extra ?? null, one.hint ? h("small", one.hint) : null),
                one.aside ? h("small.aside", one.aside) : null,
              ),
            ];
          })
        : h("li.none", empty),
    );
    this.#mark(true);
  }

  #hold(holder) {
    if (this.holder && this.holder !== holder) this.#release();
    this.holder = holder;
    holder?.setAttribute("aria-controls", "palette-list");
    holder?.setAttribute("aria-expanded", "true");
  }

  #release() {
    this.holder?.setAttribute("aria-expanded", "false");
    this.holder?.removeAttribute("aria-activedescendant");
  }

  #mark(scroll) {
    this.list.querySelectorAll(".palette-item").forEach((node, index) => {
      node.classList.toggle("active", index === this.at);
      node.setAttribute("aria-selected", String(index === this.at));
      if (scroll && index === this.at) node.scrollIntoView({ block: "nearest" });
    });
    if (this.items.length) this.holder?.setAttribute("aria-activedescendant", `palette-${this.at}`);
    else this.holder?.removeAttribute("aria-activedescendant");
  }

  pick(index = this.at) {
    const one = this.items[index];
    if (one) one.run();
  }

  hide() {
    this.node.hidden = true;
    this.items = [];
    this.#release();
  }

  /** Takes the keys that belong to the list; true when it did. */
  key(event) {
    if (!this.open) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey && this.items.length) {
      this.at = (this.at + step + this.items.length) % this.items.length;
      this.#mark(true);
    } else if (
      (event.key === "Enter" || event.key === "Tab") &&
      !event.shiftKey &&
      this.items.length &&
      !event.isComposing
    )
      this.pick();
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
