// Message components, version 1 and 2, by their type number. One drawer a type; unknown types say so.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { emojiNode } from "../content/avatars.js";
import { fileCard, gallery } from "../content/media.js";
import { markup } from "../content/markup.js";
import { inwardAddress } from "../state/router.js";
import { hex } from "../state/names.js";
import { channel } from "../state/store.js";
import { press, stateOf } from "./interactions.js";
import { selectNode } from "./select.js";
import { offerName, openStore } from "./store_front.js";

export function components(message) {
  const guildId = channel(message.channel_id)?.guild_id ?? null;
  const scene = { message, guildId, busy: [stateOf(message.id, null)].find((one) => one?.state === "sending") ?? null };
  return (message.components ?? []).map((one) => draw(one, scene));
}

const draw = (one, scene) => (drawers[one.type] ?? unknown)(one, scene);
const unknown = (one) => h("p.hint", `Component type ${one.type} is not known here.`);
const drawAll = (list, scene) => (list ?? []).map((one) => draw(one, scene));

const STYLES = { 1: "primary", 2: "", 3: "good", 4: "bad", 5: "", 6: "premium" };

const drawers = {
  1: (one, scene) => h("div.component-row", drawAll(one.components, scene)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: (one, scene) =>
    h("div.section", h("div.grow", drawAll(one.components, scene)), one.accessory ? draw(one.accessory, scene) : null),
  10: (one, { guildId }) => markup(one.content, { guildId }),
  11: (one) => h("div.thumbnail", gallery([mediaOf(one)])),
  12: (one) => gallery((one.items ?? []).map(mediaOf)),
  13: (one) =>
    fileCard({ ...one.file, filename: one.name ?? nameIn(one.file?.url), size: one.size, spoiler: one.spoiler }),
  14: (one) =>
    h("hr.separator", {
      class: [one.divider === false ? "blank" : "", one.spacing === 2 ? "wide" : ""].join(" ").trim() || null,
    }),
  17: container,
};

const mediaOf = (one) => ({
  ...one.media,
  description: one.description ?? one.media?.description,
  spoiler: one.spoiler,
});
const nameIn = (url) => {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").pop());
  } catch {
    return "file";
  }
};

function container(one, scene) {
  const node = h(
    "div.container",
    {
      style: one.accent_color !== null && one.accent_color !== undefined ? { "--tone": hex(one.accent_color) } : {},
      class: one.accent_color ? "toned" : null,
    },
    drawAll(one.components, scene),
  );
  if (!one.spoiler) return node;
  const shade = h(
    "button.cover",
    {
      type: "button",
      "aria-label": "Show spoiler",
      onclick: () => {
        node.classList.remove("covered");
        shade.remove();
      },
    },
    "Spoiler",
  );
  node.classList.add("covered");
  node.append(shade);
  return node;
}

function button(one, { message, busy }) {
  const face = [
    one.emoji ? emojiNode(one.emoji, { label: !one.label }) : null,
    one.label ? h("span", one.label) : null,
  ];
  if (one.style === 5) {
    const inward = inwardAddress(one.url ?? "");
    const address = inward ? { href: inward } : { href: one.url, target: "_blank", rel: "noopener noreferrer" };
    return one.disabled
      ? h("button.press.button", { type: "button", disabled: true }, face, icon("link", "small"))
      : h("a.press.button", address, face, icon("link", "small"));
  }
  if (one.style === 6)
    return h(
      "button.press.button.premium",
      { type: "button", disabled: Boolean(one.disabled), onclick: () => openStore(message, one.sku_id) },
      icon("bolt", "small"),
      h("span", offerName(one.sku_id)),
    );
  const sending = busy?.key === one.custom_id;
  return h(
    "button.press.button",
    {
      type: "button",
      class: `${STYLES[one.style] ?? ""} ${sending ? "sending" : ""}`.trim(),
      disabled: Boolean(one.disabled) || (Boolean(busy) && !sending),
      dataset: { key: one.custom_id },
      "aria-label": one.label ? null : one.emoji?.name,
      "aria-busy": sending ? "true" : null,
      onclick: () => {
        if (!sending) press(message, one);
      },
    },
    face,
    sending ? h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")) : null,
  );
}

function select(one, { message, busy }) {
  return selectNode(one, {
    channelId: message.channel_id,
    busy: busy?.key === one.custom_id,
    onDone: (values) => press(message, one, values),
  });
}
