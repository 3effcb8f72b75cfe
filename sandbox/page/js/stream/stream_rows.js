// What the stream shows in order: its beginning, days, the mark of what is new, messages, commands under way.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../content/avatars.js";
import { daysBetween, longDay } from "../content/timestamps.js";
import { ghostsIn } from "../interactions/interactions.js";
import { load, shelf } from "../state/messages.js";
import { onTheirWay } from "../state/outbox.js";
import { channelIcon, channelName, nameOf } from "../state/names.js";
import { channel, isDirect, isThread, store } from "../state/store.js";
import { compareIds, madeAt } from "../wire/snowflake.js";
import { drawGhost, drawMessage, isGrouped } from "./message.js";

/** Rows as {key, make, one, grouped}; `newAfter` is what this person had read when the channel was opened. */
export function rowsOf(channelId, newAfter) {
  const { list } = shelf(channelId);
  const rows = topRows(channelId);
  let before = null;
  let isMarked = false;
  for (const one of list) {
    const day = !before || daysBetween(madeAt(before.id), madeAt(one.id)) !== 0;
    const isNew = !isMarked && isFirstNew(before, one, newAfter);
    isMarked ||= isNew;
    if (day || isNew) {
      const text = day ? longDay(madeAt(one.id)) : "";
      rows.push({ key: `rule-${one.id}-${isNew}`, make: () => rule(text, isNew) });
    }
    const grouped = !day && !isNew && isGrouped(before, one);
    rows.push({ key: one.id, make: () => drawOrTell(one, grouped), one, grouped });
    before = one;
  }
  for (const ghost of ghostsIn(channelId)) {
    rows.push({ key: `ghost-${ghost.nonce}-${ghost.state}`, make: () => drawGhost(ghost) });
  }
  for (const [nonce, one] of onTheirWay(channelId)) rows.push({ key: `sent-${nonce}`, make: () => outgoing(one) });
  return rows;
}

/** What stands over the first message: the channel's beginning, a sign that there is more, or why it is not here. */
function topRows(channelId) {
  const { complete, loaded, fault } = shelf(channelId);
  if (fault) return [{ key: `fault-${fault.message}`, make: () => faultRow(channelId, fault) }];
  if (!loaded) return [];
  return [complete ? { key: "start", make: () => beginning(channelId) } : { key: "older", make: older }];
}

function faultRow(channelId, fault) {
  const retry = () => {
    shelf(channelId).fault = null;
    load(channelId, fault.want);
  };
  const again = h("button.press", { type: "button", onclick: retry }, "Try again");
  return h("li.older.fault", { role: "alert" }, h("p", `Messages could not be loaded: ${fault.message}`), again);
}

/** One message that cannot be drawn does not take the others with it. */
function drawOrTell(one, grouped) {
  try {
    return drawMessage(one, grouped);
  } catch (error) {
    reportError(error);
    const words = `This message cannot be shown: ${error.message}`;
    return h("li.message.system", { id: `m-${one.id}`, tabindex: -1, dataset: { id: one.id } }, h("p.fault", words));
  }
}

function isFirstNew(before, one, newAfter) {
  if (!newAfter || one.author?.id === store.me.id || one.flags & 64) return false;
  return compareIds(one.id, newAfter) > 0 && (!before || compareIds(before.id, newAfter) <= 0);
}

const older = () => h("li.older", h("span.dots", h("i"), h("i"), h("i")));

/** A message on its way; a moment later it is there, so it is shown only where the network is slow. */
function outgoing({ text, count }) {
  const files = count ? h("small.hint", count === 1 ? "with a file" : `with ${count} files`) : null;
  return h("li.outgoing", h("span.dots", { role: "img", "aria-label": "Sending" }, h("i"), h("i"), h("i")), text, files);
}

function rule(text, isNew) {
  const label = [text, isNew ? "New" : ""].filter(Boolean).join(", ");
  const line = h("div", { role: "separator", "aria-label": label }, h("span", text), isNew ? h("b", "New") : null);
  return h("li.rule", { class: isNew ? "new" : null }, line);
}

function beginning(channelId) {
  const one = channel(channelId);
  const name = channelName(one);
  if (isDirect(one)) {
    const user = store.users.get(one.recipients?.[0]?.id) ?? one.recipients?.[0];
    return h(
      "li.beginning",
      avatar(user, 72),
      h("h2", name),
      h("p", `This is the beginning of your messages with ${name}.`),
    );
  }
  const round = h("span.round", icon(channelIcon(one)));
  if (!isThread(one))
    return h("li.beginning", round, h("h2", `Welcome to #${name}`), h("p", "This is where the channel begins."));
  const parent = h(
    "a",
    { href: `#/channels/${one.guild_id}/${one.parent_id}` },
    `#${channelName(channel(one.parent_id))}`,
  );
  const owner = h("b", nameOf(store.users.get(one.owner_id), one.guild_id));
  return h("li.beginning", round, h("h2", name), h("p", "Begun by ", owner, " in ", parent));
}
