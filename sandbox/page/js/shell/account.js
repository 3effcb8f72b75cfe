// Who I am, with the switch to be somebody else; the theme; the drawer.

import { fill, h, keepFocus } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { listen, store, tell } from "../state/store.js";
import { become } from "../state/session.js";
import { nameOf } from "../state/names.js";
import { openMenu } from "../overlays/menu.js";

const bar = document.getElementById("account");

const standingOf = (person) =>
  person?.standing ? person.standing[0].toUpperCase() + person.standing.slice(1) : (person?.user.username ?? "");

function peopleMenu(anchor) {
  openMenu(
    anchor,
    [
      { heading: "Who I am" },
      ...store.people.map((person) => ({
        label: nameOf(person.user),
        hint: standingOf(person),
        lead: avatar(person.user, 24),
        checked: person.user.id === store.me?.id,
        run: () => become(person.user.id),
      })),
      "-",
      { label: "New person", icon: "plus", run: () => tell("new-person", null) },
    ],
    { label: "Who I am", side: "above" },
  );
}

export function setTheme(theme) {
  if (theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("sandbox.theme", theme);
  } else {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("sandbox.theme");
  }
  draw();
}

function settingsMenu(anchor) {
  const kept = document.documentElement.dataset.theme ?? null;
  openMenu(
    anchor,
    [
      { heading: "Colours" },
      { label: "As the system", checked: kept === null, run: () => setTheme(null) },
      { label: "Dark", checked: kept === "dark", run: () => setTheme("dark") },
      { label: "Light", checked: kept === "light", run: () => setTheme("light") },
      "-",
      { label: "Keys", hint: "Ctrl /", run: () => tell("keys") },
      { label: "Builder's drawer", hint: "Ctrl `", run: () => tell("drawer") },
    ],
    { label: "Settings", side: "above", align: "end" },
  );
}

function draw() {
  if (store.me) keepFocus(bar, fillBar);
}

function fillBar() {
  const person = store.people.find((one) => one.user.id === store.me.id);
  const me = h(
    "button.me",
    {
      type: "button",
      dataset: { key: "me" },
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => peopleMenu(me),
    },
    avatar(store.me, 32, { presence: true }),
    h("span.unseen", "Change who I am: "),
    h("span.who.grow", h("b.cut", nameOf(store.me)), h("small.cut", standingOf(person))),
    icon("swap", "small"),
  );
  const gear = h(
    "button.tool",
    {
      type: "button",
      "aria-label": "Settings",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => settingsMenu(gear),
    },
    icon("gear"),
  );
  fill(
    bar,
    me,
    h(
      "button.tool",
      { type: "button", "aria-label": "Builder's drawer", title: "Builder's drawer", onclick: () => tell("drawer") },
      icon("wrench"),
    ),
    gear,
  );
}

listen("people", draw);
