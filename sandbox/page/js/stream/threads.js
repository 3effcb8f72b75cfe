// Threads of a channel: the list of active and archived ones, starting one, its settings.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { channel, isForum, keepChannel, listen, store, tell, threadsOf } from "../state/store.js";
import { nameOf } from "../state/names.js";
import { may } from "../state/permissions.js";
import { addressOf, go } from "../state/router.js";
import { get, patch, post } from "../wire/api.js";
import { float } from "../overlays/floating.js";
import { attempt } from "../overlays/toast.js";
import { field, openDialog, tick } from "../overlays/dialog.js";
import { parse, plainText } from "../content/markdown.js";
import { relative } from "../content/timestamps.js";
import { madeAt } from "../wire/snowflake.js";

/** Archived threads are not in READY: they are asked for where they are shown. */
export async function loadArchived(parentId) {
  const found = await get(`/channels/${parentId}/threads/archived/public?limit=100`);
  for (const one of found.threads ?? []) keepChannel(one, channel(parentId)?.guild_id);
  return found.threads ?? [];
}

const lastMoment = (one) => madeAt(one.last_message_id ?? one.id);

function row(one, close) {
  const who = nameOf(store.users.get(one.owner_id), one.guild_id);
  const words = h("span.grow", h("b.cut", one.name), h("span.sub", `${who} · ${relative(lastMoment(one))}`));
  const props = { href: addressOf(one.id), onclick: () => close() };
  return h("li", h("a.row-link", props, icon("thread"), words, h("small", one.message_count ?? "")));
}

export async function openThreads(anchor, parent) {
  const list = h("div.card-list");
  const start = () => {
    close();
    startThread(null, parent.id);
  };
  const starter = h("button.press.primary", { type: "button", onclick: start }, "New thread");
  const title = h("h2", h("span.grow", "Threads"), may("CREATE_PUBLIC_THREADS", parent.id) ? starter : null);
  const card = h("div.card", { role: "dialog", "aria-label": "Threads", tabindex: -1 }, title, list);
  const close = float(card, anchor, { align: "end" });
  card.focus();
  fillThreads(list, parent, close);
  await loadArchived(parent.id).catch(() => []); // without the archive the active ones still show
  fillThreads(list, parent, close);
}

function fillThreads(list, parent, close) {
  const all = threadsOf(parent.id).sort((a, b) => lastMoment(b) - lastMoment(a));
  const isArchived = (one) => Boolean(one.thread_metadata?.archived);
  const part = (name, some) =>
    some.length && [
      h("h3.legend", name),
      h(
        "ul",
        some.map((one) => row(one, close)),
      ),
    ];
  const parts = [
    part(
      "Active",
      all.filter((one) => !isArchived(one)),
    ),
    part("Archived", all.filter(isArchived)),
  ];
  fill(list, all.length ? parts.map((one) => one || null) : h("p.hint", "There are no threads yet."));
}

/** How a message begins, without its marks and mentions: what a thread that grows from it may be called. */
const wordsOf = (content) =>
  plainText(parse(content.split("\n")[0]))
    .replace(/\s+·(\s+·)+/g, " ·")
    .slice(0, 60)
    .trim();

export function startThread(message, channelId = message.channel_id) {
  const name = h("input.input", {
    type: "text",
    maxlength: 100,
    value: message ? wordsOf(message.content ?? "") : "",
  });
  const submit = async () => {
    if (!name.value.trim()) {
      name.focus();
      return;
    }
    const path = message ? `/channels/${channelId}/messages/${message.id}/threads` : `/channels/${channelId}/threads`;
    const made = await attempt(() =>
      post(path, { name: name.value.trim(), auto_archive_duration: 1440, ...(message ? {} : { type: 11 }) }),
    );
    if (!made) return;
    keepChannel(made, channel(channelId)?.guild_id);
    dialog.close();
    tell("channels");
    go(made.id);
  };
  const dialog = openDialog({
    title: "New thread",
    kind: "narrow",
    body: field("Name", name, { needed: true }),
    onSubmit: submit,
    foot: h("button.press.primary", { type: "submit" }, "Create"),
  });
}

listen("thread-settings", (id) => {
  const one = channel(id);
  const parent = channel(one.parent_id);
  const manage = may("MANAGE_THREADS", id);
  const name = h("input.input", { type: "text", maxlength: 100, value: one.name });
  const tags = isForum(parent)
    ? (parent.available_tags ?? []).map((tag) =>
        tick(tag.name, (one.applied_tags ?? []).includes(tag.id), {
          value: tag.id,
          disabled: tag.moderated && !manage,
        }),
      )
    : [];
  const archived = tick("Archived", Boolean(one.thread_metadata?.archived));
  const locked = tick("Locked", Boolean(one.thread_metadata?.locked), { disabled: !manage });
  const pinned = tick("Pinned in the forum", Boolean((one.flags ?? 0) & 2), { disabled: !manage });
  const submit = async () => {
    const body = { name: name.value.trim(), archived: archived.firstChild.checked };
    if (manage) body.locked = locked.firstChild.checked;
    if (isForum(parent)) {
      body.applied_tags = tags.filter((tag) => tag.firstChild.checked).map((tag) => tag.firstChild.value);
      if (manage) body.flags = pinned.firstChild.checked ? 2 : 0;
    }
    if (await attempt(() => patch(`/channels/${id}`, body), "Saved")) dialog.close();
  };
  const dialog = openDialog({
    title: "Thread",
    kind: "narrow",
    onSubmit: submit,
    body: [
      field("Name", name),
      tags.length ? h("fieldset.tick-group", h("legend.legend", "Tags"), tags) : null,
      archived,
      locked,
      isForum(parent) ? pinned : null,
    ],
    foot: h("button.press.primary", { type: "submit" }, "Save"),
  });
});
