// One picture at a time, large: arrows go on, Enter or a click shows it at its own size, Esc closes.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";

export function openLightbox(items, start = 0) {
  let at = Math.max(0, start);
  const node = h("dialog.lightbox", { "aria-label": "Picture" });
  const stage = h("div.stage");
  const bar = h("div.bar");

  function draw() {
    const item = items[at];
    const image = h("img", { src: item.url, alt: item.description ?? "", width: item.width, height: item.height, tabindex: 0 });
    const zoom = () => stage.classList.toggle("full");
    image.addEventListener("click", (event) => { event.stopPropagation(); zoom(); });
    image.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); zoom(); } });
    stage.classList.remove("full");
    fill(stage, image);
    fill(bar, h("span.grow.cut", [items.length > 1 ? `${at + 1} of ${items.length}` : null, item.width ? `${item.width} × ${item.height}` : null, item.description].filter(Boolean).join(" · ")),
      h("a.tool", { href: item.url, target: "_blank", rel: "noopener noreferrer", "aria-label": "Open in a new tab" }, icon("link")),
      h("a.tool", { href: item.url, download: item.filename ?? "", "aria-label": "Download" }, icon("download")),
      h("button.tool", { type: "button", "aria-label": "Close", onclick: () => node.close() }, icon("close")));
    image.focus({ preventScroll: true });
  }
  const step = (by) => { at = (at + by + items.length) % items.length; draw(); };

  node.append(bar, stage);
  if (items.length > 1) node.append(
    h("button.turn.back", { type: "button", "aria-label": "Previous picture", onclick: () => step(-1) }, icon("left")),
    h("button.turn.forth", { type: "button", "aria-label": "Next picture", onclick: () => step(1) }, icon("right")));
  node.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
  });
  node.addEventListener("click", (event) => { if (event.target === node || event.target === stage) node.close(); });
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  draw();
}
