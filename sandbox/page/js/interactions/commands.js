// The commands that this person may use here, flattened to what can be run, and found by fuzzy search.

import { store } from "../state/store.js";
import { get } from "../wire/api.js";

const FRESH_MS = 4000;

/** {applications, leaves, menus}; asked anew when older than four seconds, so that a bot's sync shows at once. */
export async function commandsAt(channelId) {
  const kept = store.commands.get(channelId);
  if (kept && Date.now() - kept.at < FRESH_MS) return kept;
  const index = await get(`/channels/${channelId}/application-command-index`);
  const applications = new Map((index.applications ?? []).map((one) => [one.id, one]));
  const all = index.application_commands ?? [];
  const found = {
    at: Date.now(),
    applications,
    all,
    leaves: all.filter((one) => (one.type ?? 1) === 1).flatMap((one) => leavesOf(one)),
    menus: { 2: all.filter((one) => one.type === 2), 3: all.filter((one) => one.type === 3) },
  };
  store.commands.set(channelId, found);
  return found;
}

export const knownCommands = (channelId) =>
  store.commands.get(channelId) ?? { applications: new Map(), all: [], leaves: [], menus: { 2: [], 3: [] } };

/** The command that a text begins with; not one that may still become another's name. */
export function leafBegun({ leaves }, text) {
  const begun = leaves.filter((leaf) => text.startsWith(`/${leaf.name} `));
  const leaf = begun.sort((a, b) => b.name.length - a.name.length)[0];
  const isPrefix = leaf && leaves.some((one) => one !== leaf && one.name.startsWith(`${leaf.name} `));
  return isPrefix ? null : leaf;
}

const localized = (one, key) => one[`${key}_localized`] ?? one[key];

/** A command without sub-commands is one leaf; else each sub-command is one, with the path to it. */
function leavesOf(command, node = command, path = []) {
  const subs = (node.options ?? []).filter((one) => one.type === 1 || one.type === 2);
  if (!subs.length)
    return [
      {
        command,
        path,
        options: node.options ?? [],
        name: [command, ...path].map((one) => localized(one, "name")).join(" "),
        description: localized(node, "description") ?? "",
      },
    ];
  return subs.flatMap((one) => leavesOf(command, one, [...path, one]));
}

/** Option values wrapped in the sub-command path, as the API wants them. */
export const wrapOptions = (path, options) =>
  path.reduceRight((inner, one) => [{ type: one.type, name: one.name, options: inner }], options);

/** Smaller is better; Infinity when the letters do not all occur in order. */
export function fuzzy(query, text) {
  const wanted = query.toLowerCase();
  const known = text.toLowerCase();
  if (!wanted) return 0;
  if (known === wanted) return -3;
  if (known.startsWith(wanted)) return -2;
  const inside = known.indexOf(wanted);
  if (inside >= 0) return /[\s_-]/.test(known[inside - 1]) ? -1 : 1 + inside / 100;
  let at = -1,
    gaps = 0;
  for (const letter of wanted) {
    const next = known.indexOf(letter, at + 1);
    if (next < 0) return Infinity;
    gaps += next - at - 1;
    at = next;
  }
  return 2 + gaps;
}

export const search = (leaves, query) =>
  leaves
    .map((leaf, index) => [fuzzy(query, leaf.name), index, leaf])
    .filter(([rank]) => rank < Infinity)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , leaf]) => leaf);
