// A channel's name, topic, age limit, slow mode and forum tags; who may do what in it is `overwrites.js`.

import { h } from "../dom.js";
import { field, openDialog, tick } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { may } from "../state/permissions.js";
import { channel, isForum, listen } from "../state/store.js";
import { patch } from "../wire/api.js";
import { Overwrites } from "./overwrites.js";

listen("channel-settings", (id) => {
  const one = channel(id);
  const name = h("input.input", { type: "text", maxlength: 100, value: one.name });
  const topic = h("textarea.input", { rows: 2, maxlength: isForum(one) ? 4096 : 1024, value: one.topic ?? "" });
  const nsfw = tick("Age-restricted", Boolean(one.nsfw));
  const slow = h("input.input", { type: "number", min: 0, max: 21600, value: one.rate_limit_per_user ?? 0 });
  const needsTag = tick("Each post needs a tag", Boolean((one.flags ?? 0) & 16));
  const tags = h("textarea.input", {
    rows: 3,
    value: (one.available_tags ?? []).map((tag) => `${tag.emoji_name ?? ""} ${tag.name}`.trim()).join("\n"),
  });
  const plain = [2, 4].includes(one.type);

  const save = async () => {
    const body = { name: name.value.trim() };
    if (!plain)
      Object.assign(body, {
        topic: topic.value.trim() || null,
        nsfw: nsfw.firstChild.checked,
        rate_limit_per_user: Number(slow.value) || 0,
      });
    if (isForum(one))
      Object.assign(body, {
        flags: needsTag.firstChild.checked ? (one.flags ?? 0) | 16 : (one.flags ?? 0) & ~16,
        available_tags: readTags(tags.value, one.available_tags ?? []),
      });
    if (await attempt(() => patch(`/channels/${id}`, body), "Saved")) dialog.close();
  };
  const dialog = openDialog({
    title: one.type === 4 ? one.name : `#${one.name}`,
    onSubmit: save,
    body: [
      field("Name", name),
      plain ? null : [field(isForum(one) ? "Guidelines" : "Topic", topic), nsfw, field("Slow mode, seconds", slow)],
      isForum(one) ? [field("Tags", tags, { hint: "One a line; an emoji may stand first." }), needsTag] : null,
      may("MANAGE_ROLES", id) ? new Overwrites(id).node : null,
    ],
    foot: h("button.press.primary", { type: "submit" }, "Save"),
  });
});

/** One tag a line, "🎨 portrait"; a tag that keeps its name keeps its id. */
function readTags(text, known) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, mark, rest] = /^(?:(\p{RGI_Emoji})\s*)?(.+)$/v.exec(line) ?? [null, null, line];
      const before = known.find((tag) => tag.name === rest);
      return { ...(before ?? {}), name: rest, emoji_name: mark ?? null, ...(mark ? { emoji_id: null } : {}) };
    });
}
