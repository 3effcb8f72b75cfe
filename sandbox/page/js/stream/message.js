// One message: who, when, what it answers, its text, files, embeds, components, reactions, and who may see it.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { attachments } from "../content/media.js";
import { applicationFace, avatar } from "../content/avatars.js";
import { components } from "../interactions/components.js";
import { embeds } from "../content/embeds.js";
import { markup } from "../content/markup.js";
import { clockTime, fullTime, when } from "../content/timestamps.js";
import { channel, store, tell } from "../state/store.js";
import { colourOf, nameOf } from "../state/names.js";
import { namesMe } from "../state/unread.js";
import { madeAt } from "../wire/snowflake.js";
import { dismiss, stateOf } from "../interactions/interactions.js";
import { dots } from "../interactions/select.js";
import { drop } from "../state/messages.js";
import { reactionBar } from "./reactions.js";
import { commandLine, replyLine, threadCard } from "./message_lines.js";
import { isSystem, systemText } from "./system.js";
import { messageItems, toolbar } from "./message_menu.js";
import { onMenu } from "../overlays/menu.js";
import { editForm, isEditing } from "./editing.js";

const GROUP_MS = 7 * 60_000;
export const FLAG = {
  crossposted: 1,
  noEmbeds: 4,
  hasThread: 32,
  ephemeral: 64,
  loading: 128,
  silent: 4096,
  v2: 32768,
};

export function isGrouped(before, one) {
  if (
    !before ||
    isSystem(before) ||
    isSystem(one) ||
    one.message_reference ||
    one.interaction_metadata?.name ||
    [20, 23].includes(one.type)
  )
    return false;
  if (before.author?.id !== one.author?.id || before.author?.username !== one.author?.username) return false;
  return ((before.flags ^ one.flags) & FLAG.ephemeral) === 0 && madeAt(one.id) - madeAt(before.id) < GROUP_MS;
}

/** A thread begins with a message of type 21 that points at the one it was started from: that one is shown. */
const starterOf = (one) =>
  one.type === 21 && one.referenced_message
    ? {
        ...one.referenced_message,
        id: one.id,
        channel_id: one.channel_id,
        thread: null,
        flags: (one.referenced_message.flags ?? 0) & ~32,
        reactions: [],
        isStarter: true,
      }
    : one;

export function drawMessage(given, grouped) {
  const one = starterOf(given);
  const guildId = channel(one.channel_id)?.guild_id ?? null;
  if (isSystem(one)) return systemRow(one, guildId);
  const ephemeral = Boolean(one.flags & FLAG.ephemeral);
  const lines = [commandLine(one, guildId), replyLine(one, guildId)].filter(Boolean);
  const row = h(
    "li.message",
    {
      id: `m-${one.id}`,
      tabindex: -1,
      dataset: { id: one.id },
      "aria-roledescription": "Message",
      class: [
        grouped ? "grouped" : "first",
        ephemeral && "ephemeral",
        namesMe(one) && one.author.id !== store.me.id && "called",
      ]
        .filter(Boolean)
        .join(" "),
    },
    lines,
    grouped
      ? h(
          "time.gutter",
          { datetime: new Date(madeAt(one.id)).toISOString(), title: fullTime(madeAt(one.id)) },
          clockTime(madeAt(one.id)),
        )
      : face(one, guildId),
    h(
      "div.content",
      grouped ? h("span.unseen", nameOf(one.author, guildId)) : head(one, guildId),
      bodyOf(one, guildId),
      ephemeral ? ephemeralNote(one) : null,
    ),
  );
  onMenu(row, () => messageItems(one), "Message");
  row.addEventListener("pointerenter", () => toolbar(row, one));
  row.act = (name) => tell("message-act", { one, name, row });
  return row;
}

function face(one, guildId) {
  const open = (event) => tell("profile", { userId: one.author.id, guildId, anchor: event.currentTarget });
  return h(
    "button.face-button",
    { type: "button", tabindex: -1, "aria-hidden": "true", onclick: open },
    avatar(one.author, 40, { guildId: one.webhook_id && !one.application_id ? null : guildId }),
  );
}

function head(one, guildId) {
  const tone = colourOf(one.author.id, guildId);
  const made = madeAt(one.id);
  return h(
    "h3.head",
    h(
      "button.author",
      {
        type: "button",
        tabindex: -1,
        style: tone ? { "--role": tone } : {},
        onclick: (event) => tell("profile", { userId: one.author.id, guildId, anchor: event.currentTarget }),
      },
      nameOf(one.author, one.webhook_id && !one.application_id ? null : guildId),
    ),
    one.author.bot || one.webhook_id ? h("span.tag-app", "APP") : null,
    h("time", { datetime: new Date(made).toISOString(), title: fullTime(made) }, when(made)),
    one.flags & FLAG.silent ? icon("moon", "small") : null,
  );
}

function bodyOf(one, guildId) {
  if (one.flags & FLAG.loading)
    return h("p.thinking", dots(), h("span", h("b", nameOf(one.author, guildId)), " is thinking…"));
  if (isEditing(one)) return editForm(one);
  const edited = one.edited_timestamp
    ? h("span.edited", { title: fullTime(Date.parse(one.edited_timestamp)) }, "(edited)")
    : null;
  const text = one.content ? markup(one.content, { guildId, jumbo: true }) : null;
  if (text && edited) text.append(" ", edited);
  const pieces = components(one);
  return [
    text,
    forwarded(one, guildId),
    one.attachments?.length ? attachments(one.attachments) : null,
    one.embeds?.length && !(one.flags & FLAG.noEmbeds) ? embeds(one.embeds, guildId) : null,
    pieces.length ? h("div.components", { class: one.flags & FLAG.v2 ? "v2" : null }, pieces) : null,
    failure(one),
    !text && edited ? h("div", edited) : null,
    one.poll ? pollCard(one.poll) : null,
    threadCard(one),
    reactionBar(one),
  ];
}

function forwarded(one, guildId) {
  return (one.message_snapshots ?? []).map(({ message }) =>
    h(
      "div.forwarded",
      h("small", icon("arrow", "small"), "Forwarded"),
      message.content ? markup(message.content, { guildId }) : null,
      message.attachments?.length ? attachments(message.attachments) : null,
      message.embeds?.length ? embeds(message.embeds, guildId) : null,
    ),
  );
}

const pollCard = (poll) =>
  h(
    "div.embed",
    h(
      "div.grow",
      h("h3.embed-title", poll.question?.text ?? ""),
      h(
        "ul",
        (poll.answers ?? []).map((answer) => h("li", answer.poll_media?.text ?? "")),
      ),
    ),
  );

function failure(one) {
  const state = stateOf(one.id, null);
  return state?.state === "failed"
    ? h("p.failed", { role: "alert" }, icon("alert", "small"), state.reason ?? "The application did not respond")
    : null;
}

const ephemeralNote = (one) =>
  h(
    "p.only-me",
    icon("eye", "small"),
    h(
      "span",
      "Only you can see this · ",
      h("button.as-link", { type: "button", onclick: () => drop(one.channel_id, [one.id]) }, "Dismiss message"),
    ),
  );

function systemRow(one, guildId) {
  const [mark, parts] = systemText(one, guildId);
  const made = madeAt(one.id);
  const row = h(
    "li.message.system",
    { id: `m-${one.id}`, tabindex: -1, dataset: { id: one.id } },
    h("span.gutter-icon", icon(mark)),
    h(
      "div.content",
      h("p", parts, " ", h("time", { datetime: new Date(made).toISOString() }, when(made))),
      reactionBar(one),
    ),
  );
  onMenu(row, () => messageItems(one), "Message");
  row.act = (name) => tell("message-act", { one, name, row });
  return row;
}

/** A command that was sent and is not answered yet, or was not answered at all. */
export function drawGhost(ghost) {
  const guildId = channel(ghost.channelId)?.guild_id ?? null;
  const application = store.applications.find((one) => one.id === ghost.applicationId) ?? {
    id: ghost.applicationId,
    name: "App",
  };
  const failed = ghost.state === "failed";
  return h(
    "li.message.first.ghost",
    { tabindex: -1, class: failed ? "ephemeral" : null },
    h(
      "div.over-line",
      avatar(store.me, 16, { guildId }),
      h("b", nameOf(store.me, guildId)),
      " used ",
      h("span.command-name", `/${ghost.name}`),
    ),
    h("span.face-button", applicationFace(application, 40)),
    h(
      "div.content",
      h("h3.head", h("span.author", application.name), h("span.tag-app", "APP")),
      failed
        ? h("p.failed", { role: "alert" }, icon("alert", "small"), ghost.reason ?? "The application did not respond")
        : h("p.thinking", dots(), "Sending command…"),
      failed
        ? h(
            "p.only-me",
            icon("eye", "small"),
            h(
              "span",
              "Only you can see this · ",
              h(
                "button.as-link",
                {
                  type: "button",
                  onclick: () => {
                    dismiss(ghost);
                    ghost.retry();
                  },
                },
                "Try again",
              ),
              " · ",
              h("button.as-link", { type: "button", onclick: () => dismiss(ghost) }, "Dismiss message"),
            ),
          )
        : null,
    ),
  );
}
