// The bot builder's drawer: what went over the wire, rate limits, faults, the clock. One tab at a time is alive.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { listen } from "../state/store.js";
import { Traffic } from "./traffic.js";
import { Faults } from "./faults.js";
import { Limits } from "./limits.js";
import { ClockPanel } from "./clock.js";

const drawer = document.getElementById("drawer");
const TABS = {
  traffic: ["Traffic", Traffic],
  limits: ["Limits", Limits],
  faults: ["Faults", Faults],
  clock: ["Clock", ClockPanel],
};
let current = sessionStorage.getItem("sandbox.tab") ?? "traffic";
let mounted = null;

function draw() {
  mounted?.stop();
  mounted = new TABS[current][1]();
  const tabs = h(
    "div.tabs",
    { role: "tablist", "aria-label": "Drawer" },
    Object.entries(TABS).map(([key, [name]]) =>
      h(
        "button.tab",
        {
          type: "button",
          role: "tab",
          id: `tab-${key}`,
          "aria-selected": String(key === current),
          "aria-controls": "drawer-panel",
          tabindex: key === current ? 0 : -1,
          onclick: () => choose(key),
        },
        name,
      ),
    ),
  );
  tabs.addEventListener("keydown", (event) => {
    const keys = Object.keys(TABS);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    choose(keys[(keys.indexOf(current) + step + keys.length) % keys.length]);
    drawer.querySelector('[aria-selected="true"]').focus();
  });
  fill(
    drawer,
    h("div.grip", { role: "separator", "aria-orientation": "horizontal", "aria-label": "Height" }),
    h(
      "div.drawer-bar",
      tabs,
      mounted.tools ?? h("span.grow"),
      h("button.tool", { type: "button", "aria-label": "Close the drawer", onclick: toggle }, icon("close")),
    ),
    h(
      "div.drawer-panel",
      { role: "tabpanel", id: "drawer-panel", "aria-labelledby": `tab-${current}`, tabindex: 0 },
      mounted.node,
    ),
  );
  drawer.querySelector(".grip").addEventListener("pointerdown", resize);
}

function choose(key) {
  current = key;
  sessionStorage.setItem("sandbox.tab", key);
  draw();
}

function resize(event) {
  event.preventDefault();
  const move = (now) => {
    drawer.style.height = `${Math.max(140, Math.min(innerHeight - 160, innerHeight - now.clientY))}px`;
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
}

function toggle() {
  drawer.hidden = !drawer.hidden;
  if (drawer.hidden) {
    mounted?.stop();
    mounted = null;
    fill(drawer);
    document.getElementById("composer")?.focus();
  } else {
    draw();
    drawer.querySelector('[aria-selected="true"]').focus();
  }
}

listen("drawer", toggle);
drawer.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) toggle();
});
