// The sheet in which a forum post is written.

import { h } from "../dom.js";
import { toWire } from "../composer/text.js";
import { Uploads } from "../composer/uploads.js";
import { field, openDialog } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { may } from "../state/permissions.js";
import { go } from "../state/router.js";
import { keepChannel, tell } from "../state/store.js";
import { post } from "../wire/api.js";
import { tagFace } from "./post_card.js";

export function newPost(forum) {
  const title = h("input.input", { type: "text", maxlength: 100 });
  const text = h("textarea.input", { rows: 5 });
  const tags = tagButtons(forum);
  const uploads = new Uploads();

  const submit = async () => {
    if (!title.value.trim()) return title.focus();
    const { files, attachments } = uploads.take({ keep: true });
    const message = { content: toWire(text.value, forum.id), ...(attachments.length ? { attachments } : {}) };
    const chosen = tags.filter((tag) => tag.getAttribute("aria-pressed") === "true").map((tag) => tag.dataset.tag);
    const body = { name: title.value.trim(), applied_tags: chosen, message };
    const made = await attempt(() => post(`/channels/${forum.id}/threads`, body, { files }));
    if (!made) return undefined;
    keepChannel(made, forum.guild_id);
    dialog.close();
    tell("channels");
    return go(made.id);
  };
  const dialog = openDialog({
    title: "New post",
    onSubmit: submit,
    body: [
      field("Title", title, { needed: true }),
      field("Message", text),
      tags.length ? h("div.field", h("span.name", "Tags"), h("div.tags", tags)) : null,
      uploads.node,
    ],
    foot: [uploads.opener(), h("span.grow"), h("button.press.primary", { type: "submit" }, "Post")],
  });
  uploads.accept(dialog.node);
}

function tagButtons(forum) {
  const manage = may("MANAGE_THREADS", forum.id);
  return (forum.available_tags ?? []).map((tag) => {
    const disabled = Boolean(tag.moderated) && !manage;
    const node = h(
      "button.tag",
      { type: "button", "aria-pressed": "false", disabled, dataset: { tag: tag.id } },
      tagFace(tag),
    );
    node.addEventListener("click", () =>
      node.setAttribute("aria-pressed", String(node.getAttribute("aria-pressed") !== "true")),
    );
    return node;
  });
}
