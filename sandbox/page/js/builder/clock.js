// The sandbox's clock: what it says, and steps forward and back.

import { fill, h } from "../dom.js";
import { fullTime } from "../content/timestamps.js";
import { attempt } from "../overlays/toast.js";
import { now, setClock } from "../state/clock.js";
import { tell } from "../state/store.js";
import { sim } from "../wire/api.js";

const STEPS = [
  ["+3 s", 3],
  ["+1 min", 60],
  ["+15 min", 900],
  ["+1 h", 3600],
  ["+1 day", 86_400],
  ["−1 h", -3600],
];

export class ClockPanel {
  constructor() {
    this.face = h("p.clock-face");
    this.away = h("p.hint");
    const steps = STEPS.map(([label, by]) =>
      h("button.press", { type: "button", onclick: () => this.#move(by) }, label),
    );
    this.node = h("div.clock-panel", this.face, this.away, h("div.presses", steps), this.#own());
    this.timer = setInterval(() => this.#draw(), 1000);
    this.#draw();
    attempt(() => sim("GET", "/clock")).then((clock) => this.#take(clock));
  }

  stop() {
    clearInterval(this.timer);
  }

  #own() {
    const seconds = h("input.input", { type: "number", value: "900", "aria-label": "Seconds" });
    const advance = h(
      "button.press.primary",
      { type: "button", onclick: () => this.#move(Number(seconds.value)) },
      "Advance",
    );
    return h("div.own", seconds, advance);
  }

  async #move(by) {
    this.#take(await attempt(() => sim("POST", "/clock", { advance_seconds: by })));
  }

  #take(clock) {
    if (!clock) return;
    setClock(Date.parse(clock.now));
    const off = Math.round(clock.offset_seconds);
    fill(this.away, off ? `${off} s from this machine's clock.` : "With this machine's clock.");
    this.#draw();
    tell("redraw");
  }

  #draw() {
    const seconds = String(new Date(now()).getSeconds()).padStart(2, "0");
    fill(this.face, fullTime(now()), h("span.seconds", ` :${seconds}`));
  }
}
