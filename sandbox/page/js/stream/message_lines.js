// The lines around a message: the command it answers, the message it replies to, the thread that hangs from it.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { markup } from "../content/markup.js";
import { relative } from "../content/timestamps.js";
import { channel, tell } from "../state/store.js";
import { colourOf, nameOf } from "../state/names.js";
import { addressOf, go } from "../state/router.js";
import { message } from "../state/messages.js";
import { madeAt } from "../wire/snowflake.js";

const person = (user, guildId) => {
  const tone = colourOf(user.id, guildId);
  return h(
    "button.by-name",
    {
      type: "button",
      style: tone ? { "--role": tone } : {},
      onclick: (event) => tell("profile", { userId: user.id, guildId, anchor: event.currentTarget }),
    },
    nameOf(user, guildId),
  );
};

/** "Ada used /imagine" over the answer to a command; nothing over answers to buttons. */
export function commandLine(one, guildId) {
  const origin = one.interaction_metadata ?? one.interaction;
  const name = one.interaction_metadata?.name ?? one.interaction?.name;
  if (!origin?.user || !(one.type === 20 || one.type === 23) || !name) return null;
  const slash = one.type === 20;
  return h(
    "div.over-line",
    avatar(origin.user, 16, { guildId }),
    person(origin.user, guildId),
    " used ",
    h(
      "button.command-name",
      { type: "button", onclick: () => slash && tell("use-command", { name, applicationId: one.application_id }) },
      slash ? null : icon("apps", "small"),
      slash ? `/${name}` : name,
    ),
  );
}

export function replyLine(one, guildId) {
  const to = one.message_reference;
  if (!to?.message_id || ![19, 20, 23, 0].includes(one.type) || one.message_snapshots?.length || (to.type ?? 0) === 1)
    return null;
  const known = one.referenced_message ?? message(to.channel_id ?? one.channel_id, to.message_id);
  if (!known)
    return h(
      "div.over-line.reply",
      h("i", one.referenced_message === null ? "The original message was deleted" : "An earlier message"),
    );
  const jump = () => go(known.channel_id ?? one.channel_id, known.id);
  const text = known.content
    ? markup(known.content.split("\n").slice(0, 2).join(" "), { guildId, inline: true })
    : h(
        "i",
        known.attachments?.length || known.embeds?.length || known.components?.length
          ? ["Press to see it ", icon("image", "small")]
          : "Press to see it",
      );
  return h(
    "div.over-line.reply",
    avatar(known.author, 16, { guildId }),
    person(known.author, guildId),
    known.author?.bot ? h("span.tag-app", "APP") : null,
    h(
      "button.preview.cut",
      { type: "button", onclick: jump },
      h("span.unseen", `Go to the message of ${nameOf(known.author, guildId)}: `),
      text,
    ),
  );
}

/** A thread begun from this message shares its id. */
export function threadCard(one) {
  if (one.isStarter) return null;
  const thread = channel(one.thread?.id) ?? one.thread ?? (one.flags & 32 ? channel(one.id) : null);
  if (!thread || thread.id === one.channel_id) return null;
  const count = thread.message_count ?? 0;
  return h(
    "a.thread-card",
    { href: addressOf(thread.id) },
    icon("thread"),
    h(
      "span.grow",
      h("b.cut", thread.name),
      h("small", thread.last_message_id ? relative(madeAt(thread.last_message_id)) : "No messages yet"),
    ),
    h("span.count", `${count} ${count === 1 ? "message" : "messages"} ›`),
  );
}
