// Who is here: grouped by hoisted role, then online, then offline. Their menus also change who I am.

import { fill, h, keepFocus, oncePerFrame, rove, walkWithArrows } from "../dom.js";
import { icon } from "../icons.js";
import { avatar, presenceOf } from "../content/avatars.js";
import { channel, guild, isDirect, listen, role, rolesOf, store, tell } from "../state/store.js";
import { colourOf, nameOf } from "../state/names.js";
import { BIT, permissionsAt } from "../state/permissions.js";
import { place } from "../state/router.js";
import { onMenu } from "../overlays/menu.js";
import { personMenu } from "./person_menu.js";

const aside = document.getElementById("members");

function groupsOf(guildId, channelId) {
  const people = [...(store.members.get(guildId)?.values() ?? [])].filter(
    (one) => !channelId || permissionsAt(channelId, one.user.id) & BIT.VIEW_CHANNEL,
  );
  const groups = new Map();
  const hoisted = rolesOf(guildId).filter((one) => one.hoist);
  for (const one of people) {
    const away = presenceOf(one.user) === "offline";
    const top = away ? null : hoisted.find((each) => one.roles.includes(each.id));
    const key = away ? "offline" : (top?.id ?? "online");
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one.user);
  }
  const order = [...hoisted.map((one) => one.id), "online", "offline"];
  return order
    .filter((key) => groups.has(key))
    .map((key) => [role(key)?.name ?? (key === "online" ? "Online" : "Offline"), key, groups.get(key)]);
}

function row(user, guildId, away) {
  const owner = guild(guildId)?.owner_id === user.id;
  const tone = colourOf(user.id, guildId);
  const node = h(
    "button.member",
    {
      type: "button",
      class: away ? "away" : null,
      dataset: { user: user.id, key: user.id },
      onclick: () => tell("profile", { userId: user.id, guildId, anchor: node, side: "left" }),
    },
    avatar(user, 32, { guildId, presence: true }),
    h(
      "span.who",
      h(
        "span.name",
        h("span.cut", { style: tone ? { "--role": tone } : {} }, nameOf(user, guildId)),
        user.bot ? h("span.tag-app", "APP") : null,
        user.id === store.me.id ? h("span.chip-you", "you") : null,
        owner ? h("span", { title: "Owner" }, crown()) : null,
      ),
    ),
  );
  onMenu(node, () => personMenu(user, guildId), nameOf(user, guildId));
  return h("li", node);
}

function crown() {
  const mark = icon("crown", "small");
  mark.classList.add("crown");
  return mark;
}

const LIMIT = 120;

const draw = oncePerFrame(() => {
  if (!store.me) return;
  const here = channel(place.channelId);
  aside.hidden = aside.dataset.off === "1" || !here;
  if (aside.hidden) return;
  keepFocus(aside, () => fillAside(here));
  rove(aside, ".member");
});

function fillAside(here) {
  if (isDirect(here)) {
    const people = [...(here.recipients ?? []).map((user) => store.users.get(user.id) ?? user), store.me];
    fill(
      aside,
      h("h2", `Members — ${people.length}`),
      h(
        "ul",
        people.map((user) => row(user, null, false)),
      ),
    );
  } else {
    fill(
      aside,
      groupsOf(place.guildId, here.id).map(([name, key, users]) => [
        h("h2", `${name} — ${users.length}`),
        h(
          "ul",
          users
            .sort((a, b) => nameOf(a, place.guildId).localeCompare(nameOf(b, place.guildId)))
            .slice(0, LIMIT)
            .map((user) => row(user, place.guildId, key === "offline")),
        ),
        users.length > LIMIT ? h("p.hint", `and ${users.length - LIMIT} more`) : null,
      ]),
    );
  }
}

export function toggleMembers() {
  aside.dataset.off = aside.dataset.off === "1" ? "0" : "1";
  draw();
  tell("header");
}
export const membersShown = () => aside.dataset.off !== "1";

walkWithArrows(aside, ".member");
for (const topic of ["world", "members", "presence", "place", "channels"]) listen(topic, draw);
