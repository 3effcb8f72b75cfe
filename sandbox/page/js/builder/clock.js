// The sandbox's clock: what it says, and steps forward and back.

import { fill, h } from "../dom.js";
import { sim } from "../wire/api.js";
import { now, setClock } from "../state/clock.js";
import { fullTime } from "../content/timestamps.js";
import { attempt } from "../overlays/toast.js";
import { tell } from "../state/store.js";

const STEPS = [["+3 s", 3], ["+1 min", 60], ["+15 min", 900], ["+1 h", 3600], ["+1 day", 86_400], ["−1 h", -3600]];

export function mountClock() {
  const face = h("p.clock-face");
  const away = h("p.hint");
  const seconds = h("input.input", { type: "number", value: "900", "aria-label": "Seconds" });
  const draw = () => fill(face, fullTime(now()), h("span.seconds", ` :${String(new Date(now()).getSeconds()).padStart(2, "0")}`));
  const take = (clock) => { if (!clock) return; setClock(Date.parse(clock.now)); fill(away, Math.abs(clock.offset_seconds) < 1 ? "With this machine's clock." : `${Math.round(clock.offset_seconds)} s from this machine's clock.`); draw(); tell("redraw"); };
  const move = (by) => attempt(() => sim("POST", "/clock", { advance_seconds: by })).then(take);
  sim("GET", "/clock").then(take, () => {});
  const timer = setInterval(draw, 1000);
  draw();
  return {
    node: h("div.clock-panel", face, away, h("div.presses", STEPS.map(([name, by]) => h("button.press", { type: "button", onclick: () => move(by) }, name))),
      h("form.own", { onsubmit: (event) => { event.preventDefault(); move(Number(seconds.value)); } }, seconds, h("button.press.primary", { type: "submit" }, "Advance"))),
    stop: () => clearInterval(timer),
  };
}
