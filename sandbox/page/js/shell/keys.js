// The quick switcher, and the list of keys.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { listen, store, isDirect } from "../state/store.js";
import { channelIcon, channelName, guildName } from "../state/names.js";
import { BIT, permissionsAt } from "../state/permissions.js";
import { go } from "../state/router.js";
import { fuzzy } from "../interactions/commands.js";
import { openDialog } from "../overlays/dialog.js";
import { Palette } from "../composer/palette.js";

const KEYS = [
  ["Ctrl K", "Go to a channel"],
  ["Alt ↑ ↓", "Previous, next channel"],
  ["Alt Shift ↑ ↓", "Previous, next unread channel"],
  ["/", "Commands"],
  ["Tab, Enter, Esc", "Next option, run, leave"],
  ["↑", "Edit my last message"],
  ["Shift ↑", "To the messages"],
  ["Enter", "Menu of a message"],
  ["R  E  P  +", "Reply, edit, pin, react"],
  ["Del", "Delete a message"],
  ["Ctrl `", "Builder's drawer"],
];

listen("keys", () =>
  openDialog({
    title: "Keys",
    kind: "narrow",
    body: h(
      "dl.keys",
      KEYS.map(([keys, what]) => [h("dt", h("kbd", keys)), h("dd", what)]),
    ),
  }),
);

listen("switcher", () => {
  const palette = new Palette();
  const find = h("input.input", {
    type: "text",
    role: "combobox",
    "aria-label": "Go to",
    placeholder: "Where to?",
    autocomplete: "off",
    autofocus: true,
  });
  const dialog = openDialog({ title: "Go to", kind: "narrow switcher", body: [find, palette.node] });
  const draw = () => {
    const places = [...store.channels.values()].filter(
      (one) => one.type !== 4 && (!one.guild_id || permissionsAt(one.id) & BIT.VIEW_CHANNEL),
    );
    const rows = places
      .map((one) => [fuzzy(find.value, channelName(one)), one])
      .filter(([rank]) => rank < Infinity)
      .sort((a, b) => a[0] - b[0])
      .slice(0, 12);
    palette.show(
      "Places",
      rows.map(([, one]) => ({
        label: channelName(one),
        hint: isDirect(one) ? "Direct message" : guildName(one.guild_id),
        lead: icon(isDirect(one) ? "mail" : channelIcon(one)),
        run: () => {
          dialog.close();
          go(one.id);
        },
      })),
      find,
      { empty: "Nothing found" },
    );
  };
  find.addEventListener("input", draw);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") palette.key(event);
  });
  draw();
});
