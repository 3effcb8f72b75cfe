// Open rate-limit windows, the fullest first.

import { fill, h } from "../dom.js";
import { sim } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";
import { tick } from "../overlays/dialog.js";

const EVERY_MS = 1000;

export function mountLimits() {
  const list = h("ul.windows");
  const box = tick("Rate limits on", true, { onchange: (event) => attempt(() => sim("POST", "/ratelimits", { enabled: event.currentTarget.checked })) });
  let stopped = false;

  async function poll() {
    if (stopped) return;
    try {
      const { enabled, windows } = await sim("GET", "/ratelimits");
      if (document.activeElement !== box.firstChild) box.firstChild.checked = enabled;
      fill(list, windows.length ? windows.map(row) : h("li.hint", "No window is open."));
    } catch (error) {
      fill(list, h("li.fault", error.message));
    }
    if (!stopped) setTimeout(poll, EVERY_MS);
  }
  poll();
  return { node: list, tools: h("div.drawer-tools.grow", box), stop() { stopped = true; } };
}

function row(one) {
  const used = one.used ?? one.limit - (one.remaining ?? 0);
  const name = one.route ?? one.name ?? one.bucket;
  return h("li.window", { class: used >= one.limit ? "full" : null }, h("span.grow.cut", { title: name }, name, one.major || one.key ? h("small", ` ${one.major ?? one.key}`) : null),
    h("meter", { min: 0, max: one.limit, value: used, "aria-label": `${used} of ${one.limit}` }), h("span.count", `${used} / ${one.limit}`), h("span.ms", one.reset_after !== undefined ? `${Number(one.reset_after).toFixed(1)} s` : ""));
}
