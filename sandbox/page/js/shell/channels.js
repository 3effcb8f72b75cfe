// The channels of a server with its categories and threads, or the list of direct messages.

import { fill, h, keepFocus, oncePerFrame, rove, walkWithArrows } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { guild, isDirect, isThread, listen, store, tell, threadsOf } from "../state/store.js";
import { channelIcon, channelName } from "../state/names.js";
import { BIT, may, mayIn, permissionsAt } from "../state/permissions.js";
import { addressOf, go, place } from "../state/router.js";
import { callsIn, isUnread } from "../state/unread.js";
import { onMenu, openMenu } from "../overlays/menu.js";
import { channelMenu } from "./channel_menu.js";
import { copy } from "../overlays/toast.js";

const nav = document.getElementById("channels");
const folded = new Set(JSON.parse(localStorage.getItem("sandbox.folded") ?? "[]"));
const THREADS_SHOWN = 8;
const WALKED = ".row-link, .fold, button.server";

const sees = (one) => permissionsAt(one.id) & BIT.VIEW_CHANNEL;
const inOrder = (a, b) => (a.type === 2) - (b.type === 2) || a.position - b.position || (a.id < b.id ? -1 : 1);

function rowLink(one, { lead = icon(channelIcon(one)), sub = null } = {}) {
  const here = place.channelId === one.id;
  const unread = !here && isUnread(one);
  const calls = here ? 0 : callsIn(one.id);
  const row = h(
    "a.row-link",
    {
      href: addressOf(one.id),
      "aria-current": here ? "page" : null,
      class: unread ? "unread" : null,
      dataset: { channel: one.id, key: one.id },
      "aria-label": [channelName(one), unread ? "unread" : "", calls ? `${calls} mentions` : ""]
        .filter(Boolean)
        .join(", "),
    },
    lead,
    h("span.grow.cut", channelName(one), sub ? h("span.sub.cut", sub) : null),
    calls ? h("span.badge", calls) : null,
  );
  onMenu(row, () => channelMenu(one), channelName(one));
  return row;
}

function line(one) {
  const threads = threadsOf(one.id)
    .filter(
      (each) =>
        !each.thread_metadata?.archived &&
        (![15, 16].includes(one.type) || isUnread(each) || each.id === place.channelId),
    )
    .sort((a, b) => ((b.last_message_id ?? b.id) > (a.last_message_id ?? a.id) ? 1 : -1))
    .slice(0, THREADS_SHOWN);
  return h(
    "li",
    h(
      "div.channel-line",
      rowLink(one),
      may("MANAGE_CHANNELS", one.id)
        ? h(
            "button.tool.edit",
            { type: "button", "aria-label": `Edit ${one.name}`, onclick: () => tell("channel-settings", one.id) },
            icon("gear", "small"),
          )
        : null,
    ),
    threads.length
      ? h(
          "ul.branch",
          threads.map((each) => h("li", rowLink(each, { lead: null }))),
        )
      : null,
  );
}

function category(one, channels, manage) {
  const shut = folded.has(one.id);
  const head = h(
    "div.category",
    h(
      "button.fold",
      { type: "button", "aria-expanded": String(!shut), onclick: () => fold(one.id) },
      icon("down", "small"),
      h("span.cut", one.name),
    ),
    manage
      ? h(
          "button.plus",
          {
            type: "button",
            "aria-label": `New channel in ${one.name}`,
            onclick: () => tell("new-channel", { guildId: one.guild_id, parentId: one.id }),
          },
          icon("plus", "small"),
        )
      : null,
  );
  onMenu(head, () => channelMenu(one), one.name);
  const shown = shut ? channels.filter((each) => isUnread(each) || each.id === place.channelId) : channels;
  return h("section", { "aria-label": one.name }, head, h("ul", shown.map(line)));
}

function fold(id) {
  if (!folded.delete(id)) folded.add(id);
  localStorage.setItem("sandbox.folded", JSON.stringify([...folded]));
  draw();
}

function serverList(guildId) {
  const all = [...store.channels.values()].filter((one) => one.guild_id === guildId && !isThread(one));
  const manage = mayIn("MANAGE_CHANNELS", guildId);
  const groups = all.filter((one) => one.type === 4).sort(inOrder);
  const within = (parentId) =>
    all.filter((one) => one.type !== 4 && (one.parent_id ?? null) === parentId && sees(one)).sort(inOrder);
  return [
    h("ul", within(null).map(line)),
    groups.map((one) => {
      const inner = within(one.id);
      return inner.length || manage ? category(one, inner, manage) : null;
    }),
  ];
}

function directList() {
  const list = [...store.channels.values()]
    .filter(isDirect)
    .sort((a, b) => Number(BigInt(b.last_message_id ?? b.id) - BigInt(a.last_message_id ?? a.id)) || 0);
  return [
    h(
      "div.category",
      h("span.grow", "Direct messages"),
      h(
        "button.plus",
        { type: "button", "aria-label": "New direct message", onclick: () => tell("new-direct") },
        icon("plus", "small"),
      ),
    ),
    h(
      "ul",
      list.map((one) => {
        const user = store.users.get(one.recipients?.[0]?.id) ?? one.recipients?.[0];
        return h("li", rowLink(one, { lead: avatar(user, 32, { presence: true }) }));
      }),
    ),
  ];
}

function serverMenu(event) {
  const id = place.guildId;
  openMenu(
    event.currentTarget,
    [
      mayIn("MANAGE_CHANNELS", id) && {
        label: "New channel",
        icon: "plus",
        run: () => tell("new-channel", { guildId: id }),
      },
      mayIn("MANAGE_CHANNELS", id) && {
        label: "New category",
        icon: "plus",
        run: () => tell("new-channel", { guildId: id, type: 4 }),
      },
      mayIn("CREATE_INVITE", id) && { label: "Add people", icon: "people", run: () => tell("add-member", id) },
      { label: "New member", icon: "person", run: () => tell("new-person", id) },
      { label: "Server settings", icon: "gear", run: () => tell("server-settings", id) },
      "-",
      { label: "Copy server id", icon: "copy", run: () => copy(id) },
    ].filter(Boolean),
    { label: "Server" },
  );
}

const draw = oncePerFrame(() => {
  if (!store.me) return;
  keepFocus(nav, fillNav);
  rove(nav, WALKED);
});

function fillNav() {
  const top = nav.querySelector(".scroll")?.scrollTop ?? 0;
  const one = guild(place.guildId);
  fill(
    nav,
    one
      ? h(
          "button.server",
          { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: serverMenu },
          h("span.grow.cut", one.name),
          icon("down", "small"),
        )
      : h("div.server", "Direct messages"),
    h("div.scroll", one ? serverList(one.id) : directList()),
  );
  nav.querySelector(".scroll").scrollTop = top;
}

/** Alt with an arrow goes to the next channel; with Shift, to the next unread one. */
export function stepChannel(by, unreadOnly) {
  const rows = [...nav.querySelectorAll(".row-link")];
  const at = rows.findIndex((row) => row.dataset.channel === place.channelId);
  for (let step = 1; step <= rows.length; step += 1) {
    const row = rows[(at + by * step + rows.length * step) % rows.length];
    if (row && (!unreadOnly || row.classList.contains("unread"))) {
      go(row.dataset.channel);
      return;
    }
  }
}

walkWithArrows(nav, WALKED);
for (const topic of ["world", "channels", "place", "unread", "message", "threads"]) listen(topic, draw);
