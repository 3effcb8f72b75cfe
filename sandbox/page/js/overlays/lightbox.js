// One picture at a time, large: arrows go on, Enter or a click shows it at its own size, Esc closes.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";

class Lightbox {
  constructor(items, start) {
    this.items = items;
    this.at = Math.max(0, start);
    this.stage = h("div.stage");
    this.bar = h("div.bar");
    this.node = h("dialog.lightbox", { "aria-label": "Picture" }, this.bar, this.stage);
    if (items.length > 1)
      this.node.append(this.#turn("left", "Previous picture", -1), this.#turn("right", "Next picture", 1));
    this.node.addEventListener("keydown", (event) => this.#key(event));
    this.node.addEventListener("click", (event) => {
      if ([this.node, this.stage].includes(event.target)) this.node.close();
    });
    this.node.addEventListener("close", () => this.node.remove());
    document.body.append(this.node);
    this.node.showModal();
    this.#draw();
  }

  #turn(mark, label, by) {
    const props = { type: "button", class: mark, "aria-label": label, onclick: () => this.#step(by) };
    return h("button.turn", props, icon(mark));
  }

  #step(by) {
    this.at = (this.at + by + this.items.length) % this.items.length;
    this.#draw();
  }

  #key(event) {
    if (event.key === "ArrowLeft") this.#step(-1);
    else if (event.key === "ArrowRight") this.#step(1);
    else if (event.key === "Enter" && event.target.tagName === "IMG") this.#zoom();
  }

  #zoom() {
    this.stage.classList.toggle("full");
  }

  #draw() {
    const item = this.items[this.at];
    const { url, description, width, height } = item;
    const image = h("img", {
      src: url,
      alt: description ?? "",
      width,
      height,
      tabindex: 0,
      onclick: () => this.#zoom(),
    });
    this.stage.classList.remove("full");
    fill(this.stage, image);
    fill(this.bar, h("span.grow.cut", this.#words(item)), this.#tools(item));
    image.focus({ preventScroll: true });
  }

  #words({ width, height, description }) {
    const place = this.items.length > 1 ? `${this.at + 1} of ${this.items.length}` : null;
    return [place, width ? `${width} × ${height}` : null, description].filter(Boolean).join(" · ");
  }

  #tools({ url, filename = "" }) {
    const outside = { href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": "Open in a new tab" };
    return [
      h("a.tool", outside, icon("link")),
      h("a.tool", { href: url, download: filename, "aria-label": "Download" }, icon("download")),
      h("button.tool", { type: "button", "aria-label": "Close", onclick: () => this.node.close() }, icon("close")),
    ];
  }
}

export const openLightbox = (items, start = 0) => new Lightbox(items, start);
