// Keys on a focused message: arrows walk, Enter opens its menu, letters act at once.

import { actOn } from "./message_menu.js";

const LETTERS = {
  r: "reply",
  e: "edit",
  p: "pin",
  "+": "react",
  Delete: "delete",
  Backspace: "delete",
  c: "copy",
  u: "unread",
};

export function steerStream(node, list) {
  const focusOn = (target) => {
    if (!target) return;
    list.querySelector('.message[tabindex="0"]')?.setAttribute("tabindex", "-1");
    target.tabIndex = 0;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  };
  const near = (from, step) => {
    let one = from;
    do one = step > 0 ? one.nextElementSibling : one.previousElementSibling;
    while (one && !one.matches(".message"));
    return one;
  };

  node.addEventListener("keydown", (event) => {
    const row = event.target.closest(".message");
    if (!row) return;
    if (event.target !== row) {
      if (event.key === "Escape" && !event.defaultPrevented) focusOn(row);
      return;
    }
    if (event.key === "ArrowUp" && !event.altKey) focusOn(near(row, -1));
    else if (event.key === "ArrowDown" && !event.altKey) focusOn(near(row, 1) ?? document.getElementById("composer"));
    else if (event.key === "Escape") document.getElementById("composer")?.focus();
    else if (event.key === "Enter") actOn(row, "menu");
    else if (LETTERS[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) actOn(row, LETTERS[event.key]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".message");
    if (!row || row.tabIndex === 0) return;
    list.querySelector('.message[tabindex="0"]')?.setAttribute("tabindex", "-1");
    row.tabIndex = 0;
  });
}
