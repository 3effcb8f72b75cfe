// Sheets that make the world larger: servers, people, channels, direct messages.

import { h } from "../dom.js";
import { avatar, applicationFace } from "../content/avatars.js";
import { guild, keepChannel, listen, store, tell } from "../state/store.js";
import { nameOf } from "../state/names.js";
import { go } from "../state/router.js";
import { loadPeople } from "../state/session.js";
import { post, sim } from "../wire/api.js";
import { attempt } from "../overlays/toast.js";
import { field, openDialog, tick } from "../overlays/dialog.js";
import { openDirect } from "../shell/person_menu.js";

const submitButton = (name) => h("button.press.primary", { type: "submit" }, name);
const checked = (ticks) => ticks.filter((one) => one.firstChild.checked).map((one) => one.firstChild.value);

listen("new-server", () => {
  const name = h("input.input", { type: "text", maxlength: 100 });
  const apps = store.applications.map((one) => tick(one.name, true, { value: one.id }));
  const submit = async () => {
    if (name.value.trim().length < 2) {
      name.focus();
      return;
    }
    const made = await attempt(() =>
      sim("POST", "/guilds", { name: name.value.trim(), owner_id: store.me.id, application_ids: checked(apps) }),
    );
    if (!made) return;
    dialog.close();
    location.hash = `#/channels/${made.id}`;
  };
  const dialog = openDialog({
    title: "New server",
    kind: "narrow",
    onSubmit: submit,
    body: [
      field("Name", name, { needed: true }),
      apps.length ? h("fieldset.tick-group", h("legend.legend", "Apps in it"), apps) : null,
    ],
    foot: submitButton("Create"),
  });
});

listen("new-person", (guildId) => {
  const username = h("input.input", { type: "text", maxlength: 32, autocapitalize: "off" });
  const display = h("input.input", { type: "text", maxlength: 32 });
  const places = [...store.guilds.values()].map((one) =>
    tick(one.name, !guildId || one.id === guildId, { value: one.id }),
  );
  const submit = async () => {
    if (!username.value.trim()) {
      username.focus();
      return;
    }
    const made = await attempt(
      () =>
        sim("POST", "/people", {
          username: username.value.trim().toLowerCase(),
          ...(display.value.trim() ? { global_name: display.value.trim() } : {}),
          guild_ids: checked(places),
        }),
      "Made",
    );
    if (!made) return;
    dialog.close();
    await loadPeople();
  };
  const dialog = openDialog({
    title: guildId ? "New member" : "New person",
    kind: "narrow",
    onSubmit: submit,
    body: [
      field("User name", username, { needed: true }),
      field("Display name", display),
      places.length ? h("fieldset.tick-group", h("legend.legend", "Servers"), places) : null,
    ],
    foot: submitButton("Create"),
  });
});

listen("new-direct", () => {
  const users = [
    ...store.people.map((one) => one.user),
    ...store.applications.map((one) => one.bot).filter(Boolean),
  ].filter((user) => user.id !== store.me.id);
  const dialog = openDialog({
    title: "New direct message",
    kind: "narrow",
    body: h(
      "ul.people-list",
      users.map((user) =>
        h(
          "li",
          h(
            "button.row-link",
            {
              type: "button",
              onclick: () => {
                dialog.close();
                openDirect(user.id);
              },
            },
            avatar(user, 32),
            h("span.grow", nameOf(user)),
            user.bot ? h("span.tag-app", "APP") : null,
          ),
        ),
      ),
    ),
  });
});

const KINDS = [
  [0, "Text"],
  [15, "Forum"],
  [16, "Media forum"],
  [5, "Announcements"],
  [2, "Voice"],
  [4, "Category"],
];

listen("new-channel", ({ guildId, parentId = null, type = 0 }) => {
  const name = h("input.input", { type: "text", maxlength: 100 });
  const kind = h(
    "select.input",
    KINDS.map(([value, label]) => h("option", { value, selected: value === type }, label)),
  );
  const topic = h("input.input", { type: "text", maxlength: 1024 });
  const nsfw = tick("Age-restricted");
  const hidden = tick("Private: only for those added later");
  const submit = async () => {
    if (!name.value.trim()) {
      name.focus();
      return;
    }
    const chosen = Number(kind.value);
    const body = {
      name: name.value.trim(),
      type: chosen,
      ...(parentId && chosen !== 4 ? { parent_id: parentId } : {}),
      ...(topic.value.trim() && chosen !== 4 && chosen !== 2 ? { topic: topic.value.trim() } : {}),
    };
    if (nsfw.firstChild.checked) body.nsfw = true;
    if (hidden.firstChild.checked)
      body.permission_overwrites = [
        { id: guildId, type: 0, allow: "0", deny: "1024" },
        { id: store.me.id, type: 1, allow: "1024", deny: "0" },
      ];
    const made = await attempt(() => post(`/guilds/${guildId}/channels`, body));
    if (!made) return;
    keepChannel(made, guildId);
    dialog.close();
    tell("channels");
    if (![2, 4].includes(made.type)) go(made.id);
  };
  const dialog = openDialog({
    title: type === 4 ? "New category" : `New channel${parentId ? ` in ${store.channels.get(parentId)?.name}` : ""}`,
    kind: "narrow",
    onSubmit: submit,
    body: [
      field("Name", name, { needed: true }),
      type === 4 ? null : [field("Kind", kind), field("Topic", topic), nsfw],
      hidden,
    ],
    foot: submitButton("Create"),
  });
});

/** The applications of the sandbox, with a switch for this server. */
export function appRows(guildId) {
  const here = store.members.get(guildId) ?? new Map();
  return store.applications.map((one) =>
    h(
      "li.setting-row",
      applicationFace(one, 32),
      h("span.grow", one.name),
      here.has(one.bot?.id ?? one.id)
        ? h("span.hint", "Added")
        : h(
            "button.press",
            {
              type: "button",
              onclick: (event) => {
                const node = event.currentTarget;
                attempt(
                  () => sim("POST", `/applications/${one.id}/install`, { guild_id: guildId }),
                  `Added to ${guild(guildId).name}`,
                ).then(() => {
                  node.disabled = true;
                });
              },
            },
            "Add",
          ),
    ),
  );
}
