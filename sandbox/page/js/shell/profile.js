// The card that opens on a face or a mention.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { longDay } from "../content/timestamps.js";
import { closeFloating, float } from "../overlays/floating.js";
import { colourOf, hex, nameOf } from "../state/names.js";
import { become } from "../state/session.js";
import { listen, member, role, store } from "../state/store.js";
import { madeAt } from "../wire/snowflake.js";
import { openDirect, openPersonMenu } from "./person_menu.js";

listen("profile", ({ userId, guildId, anchor, side = "right" }) => {
  const user = store.users.get(userId);
  if (!user) return;
  const joined = guildId ? member(guildId, userId)?.joined_at : null;
  const more = { type: "button", "aria-label": "More", "aria-haspopup": "menu" };
  const menu = h("button.tool", { ...more, onclick: () => openPersonMenu(menu, user, guildId) }, icon("dots"));
  const tone = { "--tone": colourOf(userId, guildId) ?? "var(--accent)" };
  const card = h(
    "div.profile",
    { role: "dialog", "aria-label": nameOf(user, guildId), tabindex: -1, style: tone },
    h("div.banner"),
    avatar(user, 72, { guildId, presence: true }),
    menu,
    h("h3", nameOf(user, guildId), user.bot ? [" ", h("span.tag-app", "APP")] : null),
    h("p.hint", user.username),
    roleChips(userId, guildId),
    h("p.hint", joined ? `Here since ${longDay(Date.parse(joined))}` : `Made ${longDay(madeAt(userId))}`),
    userId === store.me.id ? null : acts(userId),
  );
  float(card, anchor, { side });
  card.focus({ preventScroll: true });
});

function roleChips(userId, guildId) {
  const ids = guildId ? (member(guildId, userId)?.roles ?? []) : [];
  const held = ids
    .map(role)
    .filter(Boolean)
    .sort((a, b) => b.position - a.position);
  if (!held.length) return null;
  const dot = (one) => h("span.dot", { style: one.color ? { background: hex(one.color) } : {} });
  return h(
    "ul.role-chips",
    { "aria-label": "Roles" },
    held.map((one) => h("li", dot(one), one.name)),
  );
}

function acts(userId) {
  const press = (kind, label, run) => {
    const close = () => {
      closeFloating();
      run(userId);
    };
    return h("button.press", { type: "button", class: kind, onclick: close }, label);
  };
  const isPerson = store.people.some((one) => one.user.id === userId);
  return h("div.acts", press("primary", "Message", openDirect), isPerson ? press(null, "Be them", become) : null);
}
