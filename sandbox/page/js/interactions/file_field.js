// The file input of a bot's dialog: chosen or dropped files, each to remove again.

import { h, fill } from "../dom.js";
import { icon } from "../icons.js";
import { bytes, filePicture } from "../content/media.js";

export class FileField {
  #chosen = [];

  constructor(component) {
    this.component = component;
    this.max = component.max_values ?? 1;
    this.min = component.required === false ? 0 : Math.max(component.min_values ?? 1, 1);
    this.input = h("input.unseen", { type: "file", multiple: this.max > 1, tabindex: -1, "aria-hidden": "true" });
    this.input.addEventListener("change", () => {
      this.#add([...this.input.files]);
      this.input.value = "";
    });
    const words = this.max > 1 ? `Choose or drop up to ${this.max} files` : "Choose or drop a file";
    this.target = h("button.drop", { type: "button", onclick: () => this.input.click() }, icon("clip"), words);
    this.list = h("ul.upload-list");
    this.node = h("div.upload", this.target, this.input, this.list);
    this.#acceptDrops();
  }

  #acceptDrops() {
    const take = (name, isOver, run = () => {}) =>
      this.node.addEventListener(name, (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.node.classList.toggle("over", isOver);
        run(event);
      });
    take("dragover", true);
    take("dragleave", false);
    take("drop", false, (event) => this.#add([...event.dataTransfer.files]));
  }

  #add(files) {
    this.#chosen = [...(this.max > 1 ? this.#chosen : []), ...files].slice(-this.max);
    this.#draw();
  }

  #remove(index) {
    this.#chosen.splice(index, 1);
    this.#draw();
    this.target.focus();
  }

  #draw() {
    fill(
      this.list,
      this.#chosen.map((file, index) => this.#row(file, index)),
    );
  }

  #row(file, index) {
    const isPicture = file.type.startsWith("image/");
    const label = `Remove ${file.name}`;
    return h(
      "li",
      isPicture ? filePicture(file) : icon("file"),
      h("span.grow.cut", file.name),
      h("small", bytes(file.size)),
      h(
        "button.tool",
        { type: "button", "aria-label": label, onclick: () => this.#remove(index) },
        icon("close", "small"),
      ),
    );
  }

  check() {
    if (this.#chosen.length >= this.min) return null;
    return this.min > 1 ? `Choose at least ${this.min} files.` : "Choose a file.";
  }

  /** Values are places in the request's files. */
  read(files) {
    const { type, id, custom_id } = this.component;
    return { type, id, custom_id, values: this.#chosen.map((file) => String(files.push(file) - 1)) };
  }
}
