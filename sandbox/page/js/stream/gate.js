// The gate before an age-restricted channel; passed once per person and channel in this tab.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { channel, isThread, store, tell } from "../state/store.js";
import { firstChannel, go } from "../state/router.js";

const key = (id) => `sandbox.gate.${store.me.id}.${id}`;
const gated = (one) => (isThread(one) ? (channel(one.parent_id) ?? one) : one);

export const isShut = (one) => Boolean(gated(one)?.nsfw) && !sessionStorage.getItem(key(gated(one).id));

export function gateNode(one) {
  const pass = () => {
    sessionStorage.setItem(key(gated(one).id), "1");
    tell("place");
  };
  return h(
    "div.gate",
    icon("gate"),
    h("h2", "Age-restricted channel"),
    h("p", "It may hold pictures that are not for everyone. Are you an adult?"),
    h(
      "div.acts",
      h(
        "button.press",
        {
          type: "button",
          onclick: () => {
            const back = firstChannel(one.guild_id);
            if (back) go(back.id);
          },
        },
        "Back",
      ),
      h("button.press.bad", { type: "button", autofocus: true, onclick: pass }, "Continue"),
    ),
  );
}
