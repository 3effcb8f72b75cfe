// The rail: direct messages, servers, a new server.

import { fill, h, keepFocus, oncePerFrame, rove, walkWithArrows } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { store, listen, tell, isDirect } from "../state/store.js";
import { initials, channelName } from "../state/names.js";
import { addressOf, place } from "../state/router.js";
import { callsIn, isUnread, markRead } from "../state/unread.js";
import { onMenu } from "../overlays/menu.js";
import { copy } from "../overlays/toast.js";

const rail = document.getElementById("rail");

const guildChannels = (id) => [...store.channels.values()].filter((one) => one.guild_id === id);

function spot(face, { here = false, unread = false, calls = 0 } = {}) {
  return h(
    "div.spot",
    { class: [here && "here", unread && "unread"].filter(Boolean).join(" ") || null },
    face,
    calls ? h("span.badge", { "aria-hidden": "true" }, calls) : null,
  );
}

function server(one) {
  const channels = guildChannels(one.id);
  const calls = channels.reduce((sum, each) => sum + callsIn(each.id), 0);
  const unread = channels.some((each) => isUnread(each));
  const here = place.guildId === one.id;
  const face = h(
    "a.face",
    {
      href: `#/channels/${one.id}`,
      title: one.name,
      dataset: { key: one.id },
      "aria-label": [one.name, calls ? `${calls} mentions` : unread ? "unread" : ""].filter(Boolean).join(", "),
      "aria-current": here ? "page" : null,
    },
    one.icon
      ? h("img", { src: `/cdn/icons/${one.id}/${one.icon}.png?size=96`, alt: "" })
      : h("span", { "aria-hidden": "true" }, initials(one.name)),
  );
  onMenu(
    face,
    () => [
      { label: "Mark as read", icon: "check", run: () => channels.forEach((each) => markRead(each.id)) },
      { label: "Server settings", icon: "gear", run: () => tell("server-settings", one.id) },
      "-",
      { label: "Copy server id", icon: "copy", run: () => copy(one.id) },
    ],
    one.name,
  );
  return spot(face, { here, unread, calls });
}

const draw = oncePerFrame(() => {
  if (!store.me) return;
  keepFocus(rail, fillRail);
  rove(rail, ".face");
});

function fillRail() {
  const waiting = [...store.channels.values()].filter((one) => isDirect(one) && callsIn(one.id));
  fill(
    rail,
    spot(
      h(
        "a.face",
        {
          href: "#/channels/@me",
          "aria-label": "Direct messages",
          title: "Direct messages",
          "aria-current": place.guildId === "@me" ? "page" : null,
        },
        icon("mail"),
      ),
      { here: place.guildId === "@me" },
    ),
    waiting.map((one) =>
      spot(
        h(
          "a.face",
          { href: addressOf(one.id), dataset: { key: one.id }, "aria-label": `${channelName(one)}, ${callsIn(one.id)} unread` },
          avatar(store.users.get(one.recipients?.[0]?.id) ?? one.recipients?.[0], 48),
        ),
        { unread: true, calls: callsIn(one.id) },
      ),
    ),
    h("hr"),
    [...store.guilds.values()].map(server),
    spot(
      h(
        "button.face.make",
        { type: "button", "aria-label": "New server", title: "New server", onclick: () => tell("new-server") },
        icon("plus"),
      ),
    ),
  );
}

walkWithArrows(rail, ".face");
for (const topic of ["world", "channels", "place", "unread", "message"]) listen(topic, draw);
