// The card that opens on a face or a mention.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { listen, member, role, store } from "../state/store.js";
import { colourOf, hex, nameOf } from "../state/names.js";
import { madeAt } from "../wire/snowflake.js";
import { longDay } from "../content/timestamps.js";
import { float, closeFloating } from "../overlays/floating.js";
import { openDirect, openPersonMenu } from "./person_menu.js";
import { become } from "../state/session.js";

listen("profile", ({ userId, guildId, anchor, side = "right" }) => {
  const user = store.users.get(userId);
  if (!user) return;
  const held = guildId ? (member(guildId, userId)?.roles ?? []).map(role).filter(Boolean).sort((a, b) => b.position - a.position) : [];
  const person = store.people.find((one) => one.user.id === userId);
  const joined = guildId ? member(guildId, userId)?.joined_at : null;
  const mine = userId === store.me.id;
  const menu = h("button.tool", { type: "button", "aria-label": "More", "aria-haspopup": "menu", onclick: () => openPersonMenu(menu, user, guildId) }, icon("dots"));
  const card = h("div.profile", { role: "dialog", "aria-label": nameOf(user, guildId), tabindex: -1, style: { "--tone": colourOf(userId, guildId) ?? "var(--accent)" } },
    h("div.banner"), avatar(user, 72, { guildId, presence: true }), menu,
    h("h3", nameOf(user, guildId), user.bot ? [" ", h("span.tag-app", "APP")] : null), h("p.hint", user.username),
    held.length ? h("ul.role-chips", { "aria-label": "Roles" }, held.map((one) => h("li", h("span.dot", { style: one.color ? { background: hex(one.color) } : {} }), one.name))) : null,
    h("p.hint", joined ? `Here since ${longDay(Date.parse(joined))}` : `Made ${longDay(madeAt(userId))}`),
    mine ? null : h("div.acts", h("button.press.primary", { type: "button", onclick: () => { closeFloating(); openDirect(userId); } }, "Message"),
      person ? h("button.press", { type: "button", onclick: () => { closeFloating(); become(userId); } }, "Be them") : null));
  float(card, anchor, { side });
  card.focus({ preventScroll: true });
});
