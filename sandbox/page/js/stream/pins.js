// The pinned messages of a channel, as a card under the header.

import { fill, h } from "../dom.js";
import { get } from "../wire/api.js";
import { float } from "../overlays/floating.js";
import { drawMessage } from "./message.js";
import { go } from "../state/router.js";

async function pinned(channelId) {
  try {
    return (await get(`/channels/${channelId}/messages/pins?limit=50`)).items.map((one) => one.message);
  } catch (error) {
    if (![404, 501].includes(error.status)) throw error;
    return get(`/channels/${channelId}/pins`);
  }
}

export async function openPins(anchor, channel) {
  const list = h("ol.card-list", h("li.hint", "…"));
  const box = h(
    "div.card",
    { role: "dialog", "aria-label": "Pinned messages", tabindex: -1 },
    h("h2", "Pinned messages"),
    list,
  );
  const close = float(box, anchor, { align: "end" });
  box.focus();
  try {
    const found = await pinned(channel.id);
    fill(
      list,
      found.length
        ? found.map((one) => {
            const row = drawMessage(one, false);
            row.removeAttribute("id");
            return h(
              "li",
              h("ol", row),
              h(
                "button.press",
                {
                  type: "button",
                  onclick: () => {
                    close();
                    go(channel.id, one.id);
                  },
                },
                "Jump",
              ),
            );
          })
        : h("li.hint", "Nothing is pinned here."),
    );
  } catch (error) {
    fill(list, h("li.fault", error.message));
  }
}
