// Starts the page: opens a session, then shows the place that the address names.

import { announce, fill, h } from "./dom.js";
import { connection, cut, open } from "./state/session.js";
import { isDirect, isForum, listen, store, tell } from "./state/store.js";
import { here, place } from "./state/router.js";
import { channelName } from "./state/names.js";
import { may, maySend } from "./state/permissions.js";
import { shelf } from "./state/messages.js";
import { Stream } from "./stream/stream.js";
import { Forum } from "./stream/forum.js";
import { gateNode, isShut } from "./stream/gate.js";
import { Composer } from "./composer/composer.js";
import { commandsAt } from "./interactions/commands.js";
import { closeFloating } from "./overlays/floating.js";
import { stepChannel } from "./shell/channels.js";
import "./shell/servers.js";
import "./shell/members.js";
import "./shell/header.js";
import "./shell/account.js";
import "./shell/profile.js";
import "./shell/keys.js";
import "./interactions/modal.js";
import "./builder/drawer.js";
import "./builder/add_member.js";
import "./builder/world.js";
import "./builder/server_settings.js";
import "./builder/channel_settings.js";

const body = document.getElementById("body");
let shown = null;

/** Shows the place; where it is shown already, and was asked for again, points at its message. */
function show(arrived = false) {
  const one = here();
  const key = one ? [store.me.id, one.id, isShut(one), maySend(one.id), may("ATTACH_FILES", one.id)].join("/") : null;
  if (shown?.key === key && shown.node.isConnected) {
    if (arrived && place.messageId) shown.jump?.(place.messageId);
    return;
  }
  closeFloating();
  shown?.stop();
  shown = one ? mount(one, key) : nowhere();
  fill(body, shown.node);
  if (matchMedia("(pointer: fine)").matches && document.activeElement === document.body) shown.focus?.();
}

function mount(one, key) {
  const node = h("div.view");
  if (isShut(one)) {
    node.append(gateNode(one));
    return { key, node, stop() {} };
  }
  if (isForum(one)) {
    const forum = new Forum(one.id);
    node.append(forum.node);
    return { key, node, stop: () => forum.stop() };
  }
  const stream = new Stream(one.id, place.messageId);
  const composer = new Composer(one.id, stream, node);
  node.append(stream.node, composer.node);
  commandsAt(one.id).catch(() => {});
  return {
    key,
    node,
    jump: (id) => stream.jump(id),
    focus: () => composer.focus(),
    stop() {
      stream.stop();
      composer.stop();
    },
  };
}

const nowhere = () => ({
  key: null,
  stop() {},
  node: h(
    "div.nowhere",
    h(
      "p",
      place.guildId === "@me" ? "Choose a conversation, or begin one." : "There is nothing here that you may see.",
    ),
  ),
});

listen("place", ({ arrived = false } = {}) => {
  const one = here();
  show(arrived);
  if (one && arrived) announce(`${isDirect(one) ? "" : "Channel "}${channelName(one)}`);
});
listen("world", () => {
  if (shown && !shown.node.isConnected) show();
});
// A right that is given or taken changes what stands here: the composer, the gate, the files one may add.
listen("channels", () => {
  if (shown?.key) show();
});
listen("members", () => {
  if (shown?.key) show();
});

const notice = document.getElementById("notice");
listen("connection", (state) => {
  const words = {
    opening: "",
    open: "",
    lost: "Connection lost. Trying again…",
    refused: "The gateway refused this person's token. Load the page again.",
  };
  notice.className = `notice ${words[state] ? "warn" : ""}`;
  fill(notice, words[state]);
  document.documentElement.dataset.connection = state;
});

addEventListener("keydown", (event) => {
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    stepChannel(event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
  } else if ((event.ctrlKey || event.metaKey) && event.key === "`") {
    event.preventDefault();
    tell("drawer");
  } else if ((event.ctrlKey || event.metaKey) && event.key === "/") {
    event.preventDefault();
    tell("keys");
  } else if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    tell("switcher");
  }
});

// A file that misses its mark would make the browser leave the page, and all that was typed with it.
for (const name of ["dragover", "drop"])
  addEventListener(name, (event) => {
    if (event.defaultPrevented || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });

document.getElementById("skip").addEventListener("click", () => {
  (body.querySelector('.message[tabindex="0"], .post') ?? document.getElementById("composer") ?? body).focus();
});

open().catch((error) => {
  fill(body, h("div.nowhere", h("p.fault", error.message)));
  connection.state = "refused";
});

// For browser tests and the curious: what the page knows, to read.
window.sandboxPage = { store, place, shelf, cut };
