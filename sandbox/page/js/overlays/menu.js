// Menus: by right-click, by button, by keyboard. Items are {label, icon, run, danger, checked, disabled, sub} or "-".

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { float } from "./floating.js";

export function openMenu(anchor, items, { label = "Menu", side = "below", align = "start" } = {}) {
  const box = h("div.menu", { role: "menu", "aria-label": label, tabindex: -1 });
  let closeSub = null;
  const close = float(build(box, items), anchor, { side, align });

  function build(root, list) {
    for (const item of list.filter(Boolean)) root.append(item === "-" ? h("hr", { role: "separator" }) : item.heading ? h("div.menu-heading", item.heading) : entry(root, item));
    root.addEventListener("keydown", (event) => steer(root, event));
    return root;
  }

  function entry(root, item) {
    const node = h("button.menu-item", {
      type: "button", role: item.checked === undefined ? "menuitem" : "menuitemcheckbox", tabindex: -1, disabled: Boolean(item.disabled), class: item.danger ? "danger" : null,
      "aria-checked": item.checked === undefined ? null : String(item.checked), "aria-haspopup": item.sub ? "menu" : null,
      onclick: () => item.sub ? openSub(node, item) : pick(item),
      onpointerenter: () => { closeSub?.(); if (item.sub && matchMedia("(hover: hover)").matches) openSub(node, item); else node.focus({ preventScroll: true }); },
    }, item.lead ?? null, h("span.grow", item.label, item.hint ? h("small", item.hint) : null), item.sub ? icon("right", "small") : item.checked !== undefined ? h("span.box", item.checked ? icon("check", "small") : null) : item.icon ? icon(item.icon, "small") : null);
    return node;
  }

  function openSub(node, item) {
    closeSub?.();
    const inner = build(h("div.menu", { role: "menu", "aria-label": item.label, tabindex: -1 }), item.sub);
    const shut = float(inner, node, { side: "right" });
    closeSub = () => { closeSub = null; shut({ refocus: false }); };
    inner.addEventListener("keydown", (event) => { if (event.key === "ArrowLeft") { event.stopPropagation(); closeSub?.(); node.focus(); } });
    if (document.activeElement === node || !matchMedia("(hover: hover)").matches) inner.querySelector(".menu-item:not(:disabled)")?.focus();
  }

  function pick(item) {
    close();
    item.run?.();
  }

  function steer(root, event) {
    const nodes = [...root.querySelectorAll(":scope > .menu-item:not(:disabled)")];
    const at = nodes.indexOf(document.activeElement);
    let next = null;
    if (event.key === "ArrowDown") next = nodes[(at + 1) % nodes.length];
    else if (event.key === "ArrowUp") next = nodes[(at - 1 + nodes.length) % nodes.length];
    else if (event.key === "Home") next = nodes[0];
    else if (event.key === "End") next = nodes.at(-1);
    else if (event.key === "ArrowRight" && document.activeElement.getAttribute("aria-haspopup")) document.activeElement.click();
    else if (event.key === "Tab") close();
    else if (event.key.length === 1 && event.key !== " ") next = [...nodes.slice(at + 1), ...nodes.slice(0, at + 1)].find((node) => node.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
    else return;
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  }

  (box.querySelector(".menu-item:not(:disabled)") ?? box).focus({ preventScroll: true });
  return close;
}

/** The menu that a right-click or the keyboard's menu key asks for, at the right place. */
export function onMenu(node, items, label) {
  node.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a[target], input, textarea") || String(getSelection()).length > 0) return;
    event.preventDefault();
    event.stopPropagation();
    const box = node.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0 || event.button === -1;
    openMenu(byKey ? { x: box.left + 40, y: Math.min(box.bottom, innerHeight - 80) } : { x: event.clientX, y: event.clientY }, items(event), { label });
  });
}
