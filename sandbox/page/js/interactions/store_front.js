// What a premium button opens: the product and a purchase that costs nothing, made by the sandbox.

import { h } from "../dom.js";
import { openDialog } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { sim } from "../wire/api.js";
import { channel, store, tell } from "../state/store.js";
import { guildName } from "../state/names.js";

let skus = null;
const asked = new Set(); // products that were not known when they were drawn are asked for once more

/** What a premium button says: the product and its price, once the sandbox has told them. */
export function offerName(skuId) {
  const sku = skus?.find((one) => one.id === String(skuId));
  if (!sku && !asked.has(skuId)) {
    asked.add(skuId);
    loadSkus();
  }
  return sku ? `${sku.name} · ${(sku.price_cents / 100).toFixed(2)} $` : "Buy";
}

async function loadSkus() {
  skus ??= [];
  skus = (await attempt(() => sim("GET", "/skus")))?.skus ?? [];
  tell("redraw");
}

const KINDS = { 2: "Kept for ever", 3: "Used up", 5: "Subscription" };

export async function openStore(message, skuId) {
  await loadSkus();
  const sku = skus.find((one) => one.id === String(skuId));
  const guildId = channel(message.channel_id)?.guild_id;
  const forServer = Boolean(sku && sku.flags & (1 << 7) && guildId);
  const buy = async () => {
    dialog.close();
    await attempt(
      () =>
        sim("POST", "/purchases", {
          sku_id: skuId,
          ...(forServer ? { guild_id: guildId, user_id: store.me.id } : { user_id: store.me.id }),
        }),
      `Bought ${sku?.name ?? "it"}`,
    );
  };
  const dialog = openDialog({
    title: sku?.name ?? `SKU ${skuId}`,
    kind: "narrow",
    onSubmit: buy,
    body: [
      h(
        "p",
        sku
          ? [KINDS[sku.type] ?? "", forServer ? `for ${guildName(guildId)}` : "for you"].filter(Boolean).join(", ")
          : "The sandbox does not know this SKU.",
      ),
      h("p.hint", "No money moves in the sandbox."),
    ],
    foot: [
      h("button.press.plain", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      h("button.press.primary", { type: "submit", disabled: !sku }, "Buy"),
    ],
  });
}
