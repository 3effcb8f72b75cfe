// The sheet that brings people who exist already into a server, as its owner may.

import { fill, h } from "../dom.js";
import { avatar } from "../content/avatars.js";
import { openDialog } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { nameOf } from "../state/names.js";
import { guild, listen, member, store } from "../state/store.js";
import { put } from "../wire/api.js";

listen("add-member", (guildId) => {
  const list = h("ul.setting-list");
  const draw = () => {
    const absent = store.people.map((one) => one.user).filter((user) => !member(guildId, user.id));
    fill(list, absent.length ? absent.map((user) => row(guildId, user)) : h("li.hint", "Everybody is here."));
  };
  draw();
  const stop = listen("members", draw);
  openDialog({ title: `Add people to ${guild(guildId).name}`, kind: "narrow", body: list, onClose: stop });
});

function row(guildId, user) {
  const name = nameOf(user);
  const add = async () => {
    node.disabled = true;
    await attempt(() => put(`/guilds/${guildId}/members/${user.id}`, {}), `${name} is here now`);
    node.disabled = false;
  };
  const node = h("button.press", { type: "button", "aria-label": `Add ${name}`, onclick: add }, "Add");
  return h("li.setting-row", avatar(user, 32), h("span.grow", name, h("small.hint", ` ${user.username}`)), node);
}
