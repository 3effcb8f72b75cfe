// Messages of a channel, oldest first: a page from REST, then what the gateway adds, edits and removes.

import { channel, keepMember, keepUser, store, tell } from "./store.js";
import { get } from "../wire/api.js";
import { compareIds } from "../wire/snowflake.js";

const KEPT = 300;
const MOST = 400; // on the page at once, however far one reads up: the other end is let go and loaded again
const PAGE = 50;

export function shelf(channelId) {
  if (!store.messages.has(channelId))
    store.messages.set(channelId, { list: [], loaded: false, complete: false, behind: false, busy: null, fault: null });
  return store.messages.get(channelId);
}

export const message = (channelId, id) => shelf(channelId).list.find((one) => one.id === id);

function keepPeople(one) {
  keepUser(one.webhook_id ? null : one.author);
  for (const user of one.mentions ?? []) {
    keepUser(user);
    const guildId = channel(one.channel_id)?.guild_id;
    if (guildId && user.member) keepMember(guildId, { ...user.member, user });
  }
  keepUser(one.interaction_metadata?.user);
}

/**
 * Loads the newest page, the one `before` or `after` an id, or those `around` it, after what is being loaded already.
 * Never rejects: resolves to null or to the error, which is also kept, to be shown where the messages would be.
 */
export function load(channelId, want = {}) {
  const kept = shelf(channelId);
  const key = JSON.stringify(want);
  if (kept.busy?.key === key) return kept.busy.work;
  const busy = { key };
  busy.work = (kept.busy?.work ?? Promise.resolve())
    .then(() => fetchPage(kept, channelId, want))
    .then(() => (kept.fault = null))
    .catch((error) => (kept.fault = Object.assign(error, { want })))
    .finally(() => {
      if (kept.busy === busy) kept.busy = null;
      tell(`messages:${channelId}`, {});
    });
  kept.busy = busy;
  return busy.work;
}

async function fetchPage(kept, channelId, want) {
  const [[place, id] = []] = Object.entries(want);
  const query = place ? `&${place}=${id}` : "";
  const page = (await get(`/channels/${channelId}/messages?limit=${PAGE}${query}`)).reverse();
  page.forEach(keepPeople);
  merge[place ?? "newest"](kept, page, channel(channelId)?.last_message_id ?? "0");
  kept.list.sort((a, b) => compareIds(a.id, b.id));
  kept.loaded = true;
}

const lastOf = (page) => page.at(-1)?.id ?? "0";
const without = (list, page) => list.filter((one) => !page.some((each) => each.id === one.id));
/** Those of a list that came after a page, and those that no page holds. */
const laterThan = (list, page) =>
  without(list, page).filter((one) => one.flags & 64 || compareIds(one.id, lastOf(page)) > 0);

const merge = {
  newest(kept, page) {
    kept.list = [...page, ...laterThan(kept.list, page)];
    Object.assign(kept, { complete: page.length < PAGE, behind: false });
  },
  around(kept, page, newest) {
    kept.list = page;
    Object.assign(kept, { complete: false, behind: compareIds(lastOf(page), newest) < 0 });
  },
  before(kept, page) {
    kept.list = [...page, ...without(kept.list, page)];
    kept.complete = page.length < PAGE;
    if (kept.list.length > MOST) Object.assign(kept, { list: kept.list.slice(0, MOST), behind: true });
  },
  after(kept, page) {
    kept.behind = page.length === PAGE;
    const rest = without(kept.list, page);
    kept.list = [...(kept.behind ? rest.filter((one) => compareIds(one.id, lastOf(page)) < 0) : rest), ...page];
    if (kept.list.length > MOST) Object.assign(kept, { list: kept.list.slice(-MOST), complete: false });
  },
};

/** A new message, or a known one whole. Where nobody reads above, the oldest of many are let go. */
export function take(one) {
  keepPeople(one);
  const kept = shelf(one.channel_id);
  if (kept.behind && !kept.busy && !(one.flags & 64)) return;
  const at = kept.list.findIndex((known) => known.id === one.id);
  if (at >= 0) kept.list[at] = { ...kept.list[at], ...one };
  else {
    let place = kept.list.length;
    while (place > 0 && compareIds(kept.list[place - 1].id, one.id) > 0) place -= 1;
    kept.list.splice(place, 0, one);
    if (kept.list.length > KEPT && !kept.isReadAbove) {
      kept.list.splice(0, kept.list.length - KEPT + 100);
      kept.complete = false;
    }
  }
  tell(`messages:${one.channel_id}`, { fresh: at < 0 ? one : null, changed: one.id });
}

export function change(patch) {
  const kept = store.messages.get(patch.channel_id);
  const known = kept?.list.find((one) => one.id === patch.id);
  if (!known) return;
  Object.assign(known, patch);
  keepPeople(known);
  tell(`messages:${patch.channel_id}`, { changed: patch.id });
  for (const one of repliesTo(kept, [patch.id])) {
    if (one.referenced_message) Object.assign(one.referenced_message, patch);
    tell(`messages:${patch.channel_id}`, { changed: one.id });
  }
}

const repliesTo = (kept, ids) => kept.list.filter((one) => ids.includes(one.message_reference?.message_id));

export function drop(channelId, ids) {
  const kept = store.messages.get(channelId);
  if (!kept) return;
  kept.list = kept.list.filter((one) => !ids.includes(one.id));
  tell(`messages:${channelId}`, {});
  for (const one of repliesTo(kept, ids)) {
    one.referenced_message = null;
    tell(`messages:${channelId}`, { changed: one.id });
  }
}

const sameEmoji = (a, b) => (a.id ?? null) === (b.id ?? null) && (a.id ? true : a.name === b.name);

export function react(event, added) {
  const known = store.messages.get(event.channel_id)?.list.find((one) => one.id === event.message_id);
  if (!known) return;
  const reactions = (known.reactions ?? []).map((one) => ({ ...one }));
  let one = reactions.find((each) => sameEmoji(each.emoji, event.emoji));
  if (!one && added) reactions.push((one = { emoji: event.emoji, count: 0, me: false }));
  if (one) {
    one.count += added ? 1 : -1;
    if (event.user_id === store.me.id) one.me = added;
  }
  change({ id: known.id, channel_id: event.channel_id, reactions: reactions.filter((each) => each.count > 0) });
}

export function unreact(event) {
  const known = store.messages.get(event.channel_id)?.list.find((one) => one.id === event.message_id);
  if (!known) return;
  const reactions = event.emoji ? (known.reactions ?? []).filter((each) => !sameEmoji(each.emoji, event.emoji)) : [];
  change({ id: known.id, channel_id: event.channel_id, reactions });
}

/** After a lost session: what is shown is fetched anew, what is not is forgotten. */
export function forgetAll(shownId) {
  for (const id of [...store.messages.keys()]) if (id !== shownId) store.messages.delete(id);
  const kept = store.messages.get(shownId);
  if (!kept) return;
  if (kept.isReadAbove) kept.behind = true; // who reads above keeps the place, and finds the rest on the way down
  else load(shownId);
}
