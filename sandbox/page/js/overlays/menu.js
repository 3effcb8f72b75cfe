// Menus: by right-click, by button, by keyboard. Items are {label, icon, run, danger, checked, disabled, sub} or "-".

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { float } from "./floating.js";

const canHover = () => matchMedia("(hover: hover)").matches;
const enabled = (box) => [...box.querySelectorAll(":scope > .menu-item:not(:disabled)")];

class Menu {
  #sub = null; // {node, close, box} of the sub-menu that is open

  constructor(anchor, items, { label, side, align, parent = null }) {
    this.parent = parent;
    this.box = h("div.menu", { role: "menu", "aria-label": label, tabindex: -1 });
    for (const item of items.filter(Boolean)) this.box.append(this.#part(item));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.close = float(this.box, anchor, { side, align, toggles: !parent });
  }

  focus() {
    (enabled(this.box)[0] ?? this.box).focus({ preventScroll: true });
  }

  #part(item) {
    if (item === "-") return h("hr", { role: "separator" });
    return item.heading ? h("div.menu-heading", item.heading) : this.#entry(item);
  }

  #entry(item) {
    const isTick = item.checked !== undefined;
    const node = h(
      "button.menu-item",
      {
        type: "button",
        role: isTick ? "menuitemcheckbox" : "menuitem",
        tabindex: -1,
        disabled: Boolean(item.disabled),
        class: item.danger ? "danger" : null,
        "aria-checked": isTick ? String(item.checked) : null,
        "aria-haspopup": item.sub ? "menu" : null,
      },
      item.lead ?? null,
      h("span.grow", item.label, item.hint ? h("small", item.hint) : null),
      this.#tail(item, isTick),
    );
    node.addEventListener("click", () => (item.sub ? this.#open(node, item).focus() : this.#pick(item)));
    node.addEventListener("pointerenter", () => this.#enter(node, item));
    return node;
  }

  #tail(item, isTick) {
    if (item.sub) return icon("right", "small");
    if (isTick) return h("span.box", item.checked ? icon("check", "small") : null);
    return item.icon ? icon(item.icon, "small") : null;
  }

  #enter(node, item) {
    if (this.#sub && this.#sub.node !== node) this.#closeSub();
    if (item.sub && canHover()) this.#open(node, item);
    else node.focus({ preventScroll: true });
  }

  #open(node, item) {
    if (this.#sub?.node === node) return this.#sub;
    this.#closeSub();
    const sub = new Menu(node, item.sub, { label: item.label, side: "right", parent: this });
    sub.node = node;
    this.#sub = sub;
    return sub;
  }

  #closeSub() {
    this.#sub?.close({ refocus: false });
    this.#sub = null;
  }

  #pick(item) {
    let top = this;
    while (top.parent) top = top.parent;
    top.close();
    item.run?.();
  }

  #key(event) {
    const nodes = enabled(this.box);
    const at = nodes.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1 + nodes.length, Home: 0, End: nodes.length - 1 };
    if (event.key in moves) nodes[moves[event.key] % nodes.length]?.focus();
    else if (event.key === "ArrowRight" && nodes[at]?.getAttribute("aria-haspopup")) nodes[at].click();
    else if (event.key === "ArrowLeft" && this.parent) this.parent.leaveSub();
    else if (event.key === "Tab") this.close();
    else if (event.key.length === 1 && event.key !== " ") this.#typeAhead(nodes, at, event.key.toLowerCase());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  leaveSub() {
    const { node } = this.#sub;
    this.#closeSub();
    node.focus();
  }

  #typeAhead(nodes, at, letter) {
    const order = [...nodes.slice(at + 1), ...nodes.slice(0, at + 1)];
    order.find((node) => node.querySelector(".grow").textContent.toLowerCase().startsWith(letter))?.focus();
  }
}

export function openMenu(anchor, items, { label = "Menu", side = "below", align = "start" } = {}) {
  const menu = new Menu(anchor, items, { label, side, align });
  menu.focus();
  return menu.close;
}

/** The menu that a right-click or the keyboard's menu key asks for, at the right place. */
export function onMenu(node, items, label) {
  node.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a[target], input, textarea") || String(getSelection()).length > 0) return;
    event.preventDefault();
    event.stopPropagation();
    const box = node.getBoundingClientRect();
    const isByKey = event.button === -1 || (event.clientX === 0 && event.clientY === 0);
    const place = { x: box.left + 40, y: Math.min(box.bottom, innerHeight - 80) };
    openMenu(isByKey ? place : { x: event.clientX, y: event.clientY }, items(event), { label });
  });
}
