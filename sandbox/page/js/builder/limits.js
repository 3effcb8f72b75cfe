// Open rate-limit windows, the fullest first.

import { fill, h } from "../dom.js";
import { tick } from "../overlays/dialog.js";
import { attempt } from "../overlays/toast.js";
import { sim } from "../wire/api.js";

const EVERY_MS = 1000;

export class Limits {
  #hasStopped = false;

  constructor() {
    this.node = h("ul.windows");
    const flip = (event) => attempt(() => sim("POST", "/ratelimits", { enabled: event.currentTarget.checked }));
    this.box = tick("Rate limits on", true, { onchange: flip });
    this.tools = h("div.drawer-tools.grow", this.box);
    this.#poll();
  }

  stop() {
    this.#hasStopped = true;
  }

  async #poll() {
    if (this.#hasStopped) return;
    try {
      const { enabled, windows } = await sim("GET", "/ratelimits");
      if (document.activeElement !== this.box.firstChild) this.box.firstChild.checked = enabled;
      fill(this.node, windows.length ? windows.map(row) : h("li.hint", "No window is open."));
    } catch (error) {
      fill(this.node, h("li.fault", error.message));
    }
    setTimeout(() => this.#poll(), EVERY_MS);
  }
}

function row({ owner, route, major, limit, remaining, reset_after: left }) {
  const used = limit - remaining;
  return h(
    "li.window",
    { class: remaining <= 0 ? "full" : null },
    h("span.grow.cut", { title: `${owner} ${route}` }, route, major ? h("small", ` ${major}`) : null),
    h("meter", { min: 0, max: limit, value: used, "aria-label": `${used} of ${limit}` }),
    h("span.count", `${used} / ${limit}`),
    h("span.ms", `${left.toFixed(1)} s`),
  );
}
