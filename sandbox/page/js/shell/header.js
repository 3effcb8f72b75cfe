// The bar over the stream: where we are, its topic, threads, pins, members; on a phone the way to the lists.

import { fill, h, keepFocus, oncePerFrame } from "../dom.js";
import { icon } from "../icons.js";
import { channel, guild, isDirect, isForum, isThread, listen, store, tell } from "../state/store.js";
import { channelIcon, channelName, guildName } from "../state/names.js";
import { addressOf, here, place } from "../state/router.js";
import { membersShown, toggleMembers } from "./members.js";
import { openPins } from "../stream/pins.js";
import { openThreads } from "../stream/threads.js";

const bar = document.getElementById("header");
const shell = document.getElementById("shell");
const scrim = document.getElementById("scrim");
const narrow = matchMedia("(max-width: 860px)");

export function showPane(name) {
  shell.classList.toggle("show-channels", name === "channels");
  shell.classList.toggle("show-members", name === "members");
  scrim.hidden = !name;
  if (name === "channels") document.querySelector("#channels [aria-current='page'], #channels .row-link")?.focus();
  if (name === "members") document.querySelector("#members .member")?.focus();
}

scrim.addEventListener("click", () => showPane(null));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !scrim.hidden && !document.querySelector("dialog[open]")) showPane(null);
});

const tool = (name, label, run, props = {}) => {
  const node = h(
    "button.tool",
    { type: "button", "aria-label": label, title: label, onclick: () => run(node), ...props },
    icon(name),
  );
  return node;
};

const draw = oncePerFrame(() => {
  if (store.me) keepFocus(bar, fillBar);
});

const nowhere = () => (place.guildId === "@me" ? "Direct messages" : (guild(place.guildId)?.name ?? "Sandbox"));

function fillBar() {
  const one = here();
  const parent = isThread(one) ? channel(one.parent_id) : null;
  document.title = one
    ? `${isDirect(one) ? "@" : "#"}${channelName(one)}${one.guild_id ? ` · ${guildName(one.guild_id)}` : ""}`
    : nowhere();
  fill(
    bar,
    tool("menu", "Channels", () => showPane("channels"), { class: "to-channels" }),
    h(
      "div.title",
      one ? icon(isDirect(one) ? "mail" : channelIcon(parent ?? one)) : null,
      parent
        ? [
            h("a.crumb.cut", { href: addressOf(parent.id) }, channelName(parent)),
            h("span.crumb", { "aria-hidden": "true" }, "›"),
          ]
        : null,
      h("h1.cut", one ? channelName(one) : nowhere()),
    ),
    one?.topic && !isForum(one) ? h("div.topic.cut", { title: one.topic }, one.topic) : null,
    one
      ? h(
          "div.tools",
          one.guild_id && !isThread(one) && !isForum(one)
            ? tool("thread", "Threads", (node) => openThreads(node, one), { "aria-haspopup": "dialog" })
            : null,
          isForum(one)
            ? null
            : tool("pin", "Pinned messages", (node) => openPins(node, one), { "aria-haspopup": "dialog" }),
          isThread(one) ? tool("gear", "Edit thread", () => tell("thread-settings", one.id)) : null,
          tool(
            "people",
            "Members",
            () => (narrow.matches ? showPane("members") : toggleMembers()),
            narrow.matches ? {} : { "aria-pressed": String(membersShown()) },
          ),
        )
      : null,
  );
}

for (const topic of ["place", "world", "channels", "header", "people"]) listen(topic, draw);
narrow.addEventListener("change", () => {
  showPane(null);
  draw();
});
// On a phone the lists stay while one changes servers, and go when a channel is chosen, the one behind them too.
listen("place", ({ arrived = false } = {}) => {
  if (!narrow.matches || !arrived) return;
  const isBrowsing = !here() || document.getElementById("rail").contains(document.activeElement);
  showPane(isBrowsing ? "channels" : null);
});
document.getElementById("channels").addEventListener("click", (event) => {
  if (narrow.matches && event.target.closest("[aria-current='page']")) showPane(null);
});
