// Who may do what in one channel: a role or member at a time, each permission denied, inherited or allowed.

import { fill, h, keepFocus } from "../dom.js";
import { icon } from "../icons.js";
import { people, roles } from "../interactions/choices.js";
import { openListbox } from "../overlays/listbox.js";
import { attempt } from "../overlays/toast.js";
import { nameOf } from "../state/names.js";
import { BIT } from "../state/permissions.js";
import { channel, listen, role, rolesOf, store } from "../state/store.js";
import { put, remove } from "../wire/api.js";
import { CHANNEL_PERMISSIONS } from "./permission_names.js";

const STATES = [
  ["deny", "close", "Deny"],
  ["inherit", "slash", "As the role"],
  ["allow", "check", "Allow"],
];

export class Overwrites {
  #added = null;

  constructor(channelId) {
    this.channelId = channelId;
    this.guildId = channel(channelId).guild_id;
    this.chosen = this.guildId;
    this.node = h("section");
    this.#draw();
    const stop = listen("channels", () => (this.node.isConnected ? this.#draw() : stop()));
  }

  #kept() {
    return channel(this.channelId)?.permission_overwrites ?? [];
  }

  #list() {
    const list = [...this.#kept()];
    const lacks = (id) => !list.some((one) => one.id === id);
    if (lacks(this.guildId)) list.unshift({ id: this.guildId, type: 0, allow: "0", deny: "0" });
    if (this.#added && lacks(this.#added.id)) list.push(this.#added);
    return list;
  }

  #draw() {
    keepFocus(this.node, () => this.#fill());
  }

  #fill() {
    const list = this.#list();
    const now = list.find((one) => one.id === this.chosen) ?? list[0];
    const lines = CHANNEL_PERMISSIONS.map(([key, label]) => this.#line(now, key, label));
    const isKept = this.#kept().some((one) => one.id === now.id);
    const clear = () => attempt(() => remove(`/channels/${this.channelId}/permissions/${now.id}`));
    const words = `Remove what is set for ${this.#whose(now)}`;
    fill(
      this.node,
      h("h3.legend", "Who may do what"),
      h(
        "div.whose",
        list.map((one) => this.#tab(one, one === now)),
        this.#adder(list),
      ),
      h("ul.overwrites", lines),
      isKept ? h("button.as-link", { type: "button", onclick: clear }, words) : null,
    );
  }

  #whose(one) {
    if (Number(one.type) !== 0) return nameOf(store.users.get(one.id), this.guildId);
    return one.id === this.guildId ? "@everyone" : (role(one.id)?.name ?? one.id);
  }

  #tab(one, isNow) {
    const choose = () => {
      this.chosen = one.id;
      this.#draw();
    };
    return h("button.tag", { type: "button", "aria-pressed": String(isNow), onclick: choose }, this.#whose(one));
  }

  #adder(list) {
    const isFree = (row) => !list.some((one) => one.id === row.value);
    const add = ([id]) => {
      const isRole = rolesOf(this.guildId).some((one) => one.id === id);
      this.#added = { id, type: isRole ? 0 : 1, allow: "0", deny: "0" };
      this.chosen = id;
      this.#draw();
    };
    const node = h("button.press", { type: "button", "aria-haspopup": "listbox" }, icon("plus", "small"), "Add");
    node.addEventListener("click", () => {
      const options = [...roles(this.channelId), ...people(this.channelId)].filter(isFree);
      openListbox(node, { label: "Roles and members", search: true, options, onDone: add });
    });
    return node;
  }

  #line(one, key, label) {
    const state = BigInt(one.allow) & BIT[key] ? "allow" : BigInt(one.deny) & BIT[key] ? "deny" : "inherit";
    const buttons = STATES.map(([name, mark, words]) => {
      const props = {
        type: "button",
        class: name,
        dataset: { key: `${key}-${name}` },
        "aria-label": words,
        "aria-pressed": String(state === name),
      };
      return h("button.tool", { ...props, onclick: () => this.#set(one, key, name) }, icon(mark, "small"));
    });
    return h("li.setting-row", h("span.grow", label), h("span.three", { role: "group", "aria-label": label }, buttons));
  }

  #set(one, key, state) {
    const bits = (given, name) => String((BigInt(given) & ~BIT[key]) | (state === name ? BIT[key] : 0n));
    const body = { type: Number(one.type), allow: bits(one.allow, "allow"), deny: bits(one.deny, "deny") };
    attempt(() => put(`/channels/${this.channelId}/permissions/${one.id}`, body));
  }
}
