// What the palette offers for a text: commands after "/", people after "@", channels after "#", emoji after ":".

import { h } from "../dom.js";
import { applicationFace, emojiNode } from "../content/avatars.js";
import { findEmoji } from "../content/emoji.js";
import { people, roles, channels } from "../interactions/choices.js";
import { channel, guild, store } from "../state/store.js";
import { fuzzy, search } from "../interactions/commands.js";

const SHOWN = 50;

/** Rows for the commands that fit `query`; each runs pick(leaf). */
export function commandRows({ leaves, applications }, query, pick) {
  const many = !query;
  const sorted = many
    ? [...leaves].sort((a, b) =>
        a.command.application_id < b.command.application_id
          ? -1
          : a.command.application_id > b.command.application_id
            ? 1
            : 0,
      )
    : search(leaves, query);
  return sorted.slice(0, 100).map((leaf) => {
    const application = applications.get(leaf.command.application_id);
    return {
      label: `/${leaf.name}`,
      hint: leaf.description,
      aside: many ? null : application?.name,
      group: many ? application?.name : null,
      groupLead: application ? applicationFace(application, 18) : null,
      lead: application ? applicationFace(application, 28) : null,
      extra: h(
        "span.option-names",
        leaf.options
          .filter((one) => one.required)
          .slice(0, 4)
          .map((one) => h("i", one.name)),
      ),
      run: () => pick(leaf),
    };
  });
}

const TRIGGERS = [
  [
    /(?:^|\s)@([\w. -]{0,32})$/,
    "People",
    (query, channelId) => [
      ...people(channelId)
        .filter((one) => fuzzy(query, `${one.label} ${one.description}`) < 2)
        .map((one) => ({ ...one, hint: one.description, text: `@${store.users.get(one.value).username} ` })),
      ...(channel(channelId)?.guild_id
        ? roles(channelId)
            .filter((one) => one.value !== channel(channelId).guild_id && fuzzy(query, one.label) < 2)
            .map((one) => ({ ...one, label: `@${one.label}`, text: `@${one.label} ` }))
        : []),
    ],
  ],
  [
    /(?:^|\s)#([\w-]{0,40})$/,
    "Channels",
    (query, channelId) =>
      channels(channelId)
        .filter((one) => fuzzy(query, one.label) < 2)
        .map((one) => ({ ...one, hint: one.description, text: `#${one.label} ` })),
  ],
  [
    /(?:^|\s):(\w{2,32})$/,
    "Emoji",
    (query, channelId) =>
      findEmoji(query, guild(channel(channelId)?.guild_id)?.emojis ?? [])
        .slice(0, 12)
        .map((one) => ({
          label: one.id ? `:${one.name}:` : `:${one.short}:`,
          lead: emojiNode(one, { label: false }),
          text: one.id ? `:${one.name}: ` : `${one.name} `,
        })),
  ],
];

/** {title, rows} for the word at the caret, or null. insert(from, to, text) puts a pick into the text. */
export function wordRows(text, caret, channelId, insert) {
  const before = text.slice(0, caret);
  for (const [pattern, title, find] of TRIGGERS) {
    const found = pattern.exec(before);
    if (!found) continue;
    const from = caret - found[1].length - 1;
    const rows = find(found[1], channelId)
      .slice(0, SHOWN)
      .map((one) => ({ ...one, run: () => insert(from, caret, one.text) }));
    if (rows.length) return { title, rows };
  }
  return null;
}
