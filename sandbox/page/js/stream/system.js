// Messages that Discord itself writes: joins, pins, names, threads.

import { h } from "../dom.js";
import { nameOf } from "../state/names.js";
import { addressOf, go } from "../state/router.js";
import { channel } from "../state/store.js";

const ORDINARY = new Set([0, 19, 20, 23, 24]);
export const isSystem = (one) => !ORDINARY.has(one.type ?? 0) && one.type !== 21;

export function systemText(one, guildId) {
  const who = h("b", nameOf(one.author, guildId));
  const texts = {
    1: () => ["arrow", [who, " added ", h("b", nameOf(one.mentions?.[0], guildId)), "."]],
    4: () => ["pencil", [who, " changed the name: ", h("b", one.content)]],
    6: () => [
      "pin",
      [
        who,
        " pinned ",
        h(
          "button.as-link",
          {
            type: "button",
            onclick: () => go(one.message_reference?.channel_id ?? one.channel_id, one.message_reference?.message_id),
          },
          "a message",
        ),
        ".",
      ],
    ],
    7: () => ["arrow", [who, " joined."]],
    8: () => ["bolt", [who, " boosted the server."]],
    18: () => {
      const thread = channel(one.message_reference?.channel_id);
      return [
        "thread",
        [
          who,
          " started a thread: ",
          thread ? h("a", { href: addressOf(thread.id) }, thread.name) : h("b", one.content),
        ],
      ];
    },
    44: () => ["bolt", [who, " bought something."]],
  };
  return (texts[one.type] ?? (() => ["alert", [who, " ", one.content || `sent a message of type ${one.type}`]]))();
}
