// The line over the composer that says to whom the next message replies, and whether it calls them.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { nameOf } from "../state/names.js";
import { store } from "../state/store.js";

export class ReplyBar {
  constructor(place, refocus) {
    Object.assign(this, { place, refocus, one: null, calls: false });
    this.node = h("div.reply-bar", { hidden: true });
  }

  set(one) {
    this.one = one;
    this.calls = Boolean(one) && one.author.id !== store.me.id;
    this.node.hidden = !one;
    this.#draw();
    if (one) this.refocus();
  }

  #draw() {
    if (!this.one) {
      fill(this.node);
      return;
    }
    const words = () => (this.calls ? "@ on" : "@ off");
    const caller = h("button.as-link", { type: "button", "aria-pressed": String(this.calls) }, words());
    caller.addEventListener("click", () => {
      this.calls = !this.calls;
      caller.setAttribute("aria-pressed", String(this.calls));
      fill(caller, words());
    });
    const cancel = () => {
      this.set(null);
      this.refocus();
    };
    fill(
      this.node,
      h("span.grow.cut", "Replying to ", h("b", nameOf(this.one.author, this.place.guild_id))),
      caller,
      h("button.tool", { type: "button", "aria-label": "Do not reply", onclick: cancel }, icon("close", "small")),
    );
  }

  /** What a message needs to be the reply. */
  fields() {
    if (!this.one) return {};
    const guild = this.place.guild_id ? { guild_id: this.place.guild_id } : {};
    return {
      message_reference: { message_id: this.one.id, channel_id: this.place.id, ...guild },
      allowed_mentions: { parse: ["users", "roles", "everyone"], replied_user: this.calls },
    };
  }
}
