// Files waiting to be sent: chosen, dropped or pasted; each can be hidden as a spoiler, described, removed.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { bytes, filePicture } from "../content/media.js";
import { field, openDialog } from "../overlays/dialog.js";
import { toast } from "../overlays/toast.js";

const MOST = 10;

export class Uploads {
  constructor(onChange = () => {}) {
    this.items = [];
    this.onChange = onChange;
    this.node = h("ul.uploads", { "aria-label": "Files to send", hidden: true });
    this.input = h("input.unseen", { type: "file", multiple: true, tabindex: -1, "aria-hidden": "true" });
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
  }

  opener() {
    return h(
      "span.upload-opener",
      h(
        "button.tool",
        { type: "button", "aria-label": "Add files", title: "Add files", onclick: () => this.input.click() },
        icon("plus"),
      ),
      this.input,
    );
  }

  add(files) {
    if (this.items.length + files.length > MOST) toast(`A message holds at most ${MOST} files.`, { bad: true });
    this.items.push(
      ...files.slice(0, MOST - this.items.length).map((file) => ({ file, spoiler: false, description: "" })),
    );
    this.draw();
  }

  /** Lets files be dropped on a node. */
  accept(node, onOver = () => {}) {
    let depth = 0;
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    node.addEventListener("dragenter", (event) => {
      if (carries(event)) {
        event.preventDefault();
        depth += 1;
        onOver(true);
      }
    });
    node.addEventListener("dragover", (event) => {
      if (carries(event)) event.preventDefault();
    });
    node.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (!depth) onOver(false);
    });
    node.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      onOver(false);
      this.drop([...event.dataTransfer.files]);
    });
  }

  drop(files) {
    this.add(files);
  }

  /** What goes into the request: files and their attachment entries. */
  take({ keep = false } = {}) {
    const files = this.items.map(({ file, spoiler }) =>
      spoiler && !file.name.startsWith("SPOILER_")
        ? new File([file], `SPOILER_${file.name}`, { type: file.type })
        : file,
    );
    const attachments = this.items.map(({ description }, index) => ({
      id: index,
      filename: files[index].name,
      ...(description ? { description } : {}),
    }));
    if (!keep) {
      this.items = [];
      this.draw();
    }
    return { files, attachments };
  }

  draw() {
    this.node.hidden = !this.items.length;
    fill(
      this.node,
      this.items.map((item, index) => this.#card(item, index)),
    );
    this.onChange();
  }

  #card(item, index) {
    const { file } = item;
    const tool = (name, label, run, props = {}) =>
      h(
        "button.tool",
        { type: "button", "aria-label": `${label} ${file.name}`, title: label, onclick: run, ...props },
        icon(name, "small"),
      );
    return h(
      "li.upload-card",
      { class: item.spoiler ? "hushed" : null },
      h(
        "div.upload-tools",
        tool(
          "eye",
          "Spoiler",
          () => {
            item.spoiler = !item.spoiler;
            this.draw();
          },
          { "aria-pressed": String(item.spoiler) },
        ),
        tool("pencil", "Describe", () => this.#describe(item)),
        tool("trash", "Remove", () => {
          this.items.splice(index, 1);
          this.draw();
        }),
      ),
      file.type.startsWith("image/") ? filePicture(file) : icon("file"),
      h("span.cut", { title: file.name }, file.name),
      h("small", bytes(file.size)),
    );
  }

  #describe(item) {
    const text = h("textarea.input", { rows: 3, maxlength: 1024, value: item.description });
    const dialog = openDialog({
      title: "Describe",
      kind: "narrow",
      body: field("Alternative text", text),
      foot: h("button.press.primary", { type: "submit" }, "Save"),
      onSubmit: () => {
        item.description = text.value.trim();
        dialog.close();
      },
    });
  }
}
