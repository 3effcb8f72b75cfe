// Sends commands, presses and dialogs, and follows each until it succeeded or failed. Answers arrive as messages.

import { listen, store, tell } from "../state/store.js";
import { place } from "../state/router.js";
import { sessionId } from "../state/session.js";
import { post } from "../wire/api.js";
import { nonce } from "../wire/snowflake.js";
import { toast } from "../overlays/toast.js";

const GIVE_UP_MS = 12_000;
const KIND = { command: 2, component: 3, autocomplete: 4, modal: 5 };

/** What was sent and is not answered, by nonce: {nonce, id, kind, channelId, messageId, key, name, state, retry} */
export const pending = new Map();
const asked = new Map();

export const stateOf = (messageId, key) =>
  [...pending.values()].find(
    (one) => one.messageId === messageId && (key === null || one.key === key) && one.userId === store.me.id,
  );
export const ghostsIn = (channelId) =>
  [...pending.values()].filter(
    (one) => one.kind === "command" && one.channelId === channelId && one.userId === store.me.id,
  );

const redraw = (one) => tell(`messages:${one.channelId}`, { changed: one.messageId ?? null });

export function dismiss(one) {
  pending.delete(one.nonce);
  redraw(one);
}

async function send(kind, body, { channelId, guildId, files = [], ...facts }) {
  const one = { nonce: nonce(), id: null, kind, channelId, userId: store.me.id, state: "sending", ...facts };
  pending.set(one.nonce, one);
  redraw(one);
  setTimeout(() => settle(one.nonce, false), GIVE_UP_MS);
  try {
    const answer = await post(
      "/interactions",
      {
        type: KIND[kind],
        channel_id: channelId,
        ...(guildId ? { guild_id: guildId } : {}),
        session_id: sessionId(),
        nonce: one.nonce,
        ...body,
      },
      { files },
    );
    one.id = answer?.id ?? null;
  } catch (error) {
    one.reason = error.message;
    settle(one.nonce, false);
    if (kind !== "command") toast(error.message, { bad: true });
  }
  return one;
}

function settle(mark, good) {
  const one = pending.get(mark);
  if (!one || (one.state === "failed" && !good)) return;
  if (good) pending.delete(mark);
  else {
    one.state = "failed";
    if (one.kind === "component")
      for (const other of [...pending.values()])
        if (other !== one && other.messageId === one.messageId) pending.delete(other.nonce);
  }
  one.onSettle?.(good, one);
  redraw(one);
}

/** Runs a command: `options` as the API wants them, `files` for its attachment options, `target` for menu commands. */
export function runCommand(
  command,
  { options = [], files = [], target = null, channelId = place.channelId, label = command.name } = {},
) {
  const { guild_id: guildId } = store.channels.get(channelId) ?? {};
  const data = {
    id: command.id,
    name: command.name,
    type: command.type ?? 1,
    options,
    attachments: files.map((file, index) => ({ id: String(index), filename: file.name })),
    ...(target ? { target_id: target } : {}),
    ...(command.version ? { version: command.version } : {}),
  };
  return send(
    "command",
    { application_id: command.application_id, data },
    {
      channelId,
      guildId,
      files,
      name: label,
      applicationId: command.application_id,
      retry: () => runCommand(command, { options, files, target, channelId, label }),
    },
  );
}

/** Presses a button or sends a select's values. */
export function press(message, component, values) {
  const { guild_id: guildId } = store.channels.get(message.channel_id) ?? {};
  for (const one of [...pending.values()])
    if (one.messageId === message.id && one.state === "failed") pending.delete(one.nonce);
  return send(
    "component",
    {
      application_id: message.application_id ?? message.author.id,
      message_id: message.id,
      message_flags: message.flags ?? 0,
      data: { component_type: component.type, custom_id: component.custom_id, ...(values ? { values } : {}) },
    },
    { channelId: message.channel_id, guildId, messageId: message.id, key: component.custom_id },
  );
}

/** Asks for the choices of the option that carries focused: true. Resolves to [] when nobody answers. */
export async function autocomplete(command, options) {
  const mark = nonce();
  const channelId = place.channelId;
  const { guild_id: guildId } = store.channels.get(channelId) ?? {};
  const answer = new Promise((resolve) => {
    asked.set(mark, resolve);
    setTimeout(() => resolve(null), 3500);
  });
  try {
    await post("/interactions", {
      type: KIND.autocomplete,
      application_id: command.application_id,
      channel_id: channelId,
      ...(guildId ? { guild_id: guildId } : {}),
      session_id: sessionId(),
      nonce: mark,
      data: { id: command.id, name: command.name, type: 1, options },
    });
    return await answer;
  } catch {
    return null;
  } finally {
    asked.delete(mark);
  }
}

export function submitModal(modal, components, files, onSettle) {
  return send(
    "modal",
    {
      application_id: modal.application?.id ?? modal.application_id,
      data: {
        id: modal.id,
        custom_id: modal.custom_id,
        components,
        attachments: files.map((file, index) => ({ id: String(index), filename: file.name })),
      },
    },
    {
      channelId: modal.channel_id ?? place.channelId,
      guildId: store.channels.get(modal.channel_id ?? place.channelId)?.guild_id,
      files,
      onSettle,
    },
  );
}

listen("event:INTERACTION_CREATE", ({ id, nonce: mark }) => {
  const one = pending.get(mark);
  if (one) one.id = id;
});
listen("event:INTERACTION_SUCCESS", ({ nonce: mark }) => settle(mark, true));
listen("event:INTERACTION_FAILURE", ({ nonce: mark }) => {
  asked.get(mark)?.(null);
  settle(mark, false);
});
listen("event:INTERACTION_MODAL_CREATE", (modal) => {
  if (!pending.has(modal.nonce)) return;
  settle(modal.nonce, true);
  tell("modal", modal);
});
listen("event:APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", ({ nonce: mark, choices }) =>
  asked.get(mark)?.(choices ?? []),
);

// An answer proves success even when its INTERACTION_SUCCESS was lost.
listen("message", (message) => {
  const id = message.interaction_metadata?.id ?? message.interaction?.id;
  for (const one of [...pending.values()]) if (id && one.id === id) settle(one.nonce, true);
});
