// What a command option accepts: the rows that the palette offers, and the value that is sent, or a fault in words.

import { channels, people, roles } from "../interactions/choices.js";
import { fuzzy } from "../interactions/commands.js";

export const TYPE = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};

const NUMERIC = new Set([TYPE.integer, TYPE.number]);

/** Rows with {label, value} for options that choose from what is known; null for free ones. */
export function rowsFor(option, channelId) {
  if (option.choices?.length)
    return option.choices.map((one) => ({ label: one.name_localized ?? one.name, value: one.value }));
  switch (option.type) {
    case TYPE.boolean:
      return [
        { label: "True", value: true },
        { label: "False", value: false },
      ];
    case TYPE.user:
      return people(channelId);
    case TYPE.role:
      return roles(channelId);
    case TYPE.mentionable:
      return [...people(channelId), ...roles(channelId)];
    case TYPE.channel:
      return channels(channelId, option.channel_types ?? []);
    default:
      return null;
  }
}

export const filterRows = (rows, query) =>
  rows
    .map((row) => [fuzzy(query, `${row.label} ${row.description ?? ""}`.trim()), row])
    .filter(([rank]) => rank < Infinity)
    .sort((a, b) => a[0] - b[0])
    .map(([, row]) => row);

/** {value} to send, {empty} or {fault}. `entry` is {text, picked, file}. */
export function readOption(option, entry, rows) {
  if (option.type === TYPE.attachment) return entry.file ? { file: entry.file } : missing(option);
  const text = entry.text.trim();
  if (!text && !entry.picked) return missing(option);
  if (entry.picked) return { value: entry.picked.value };
  if (rows) {
    const row = rows.find(
      (one) => one.label.toLowerCase() === text.toLowerCase() || String(one.value).toLowerCase() === text.toLowerCase(),
    );
    return row ? { value: row.value } : { fault: `${option.name}: choose from the list.` };
  }
  if (NUMERIC.has(option.type)) return readNumber(option, text);
  if (option.min_length && entry.text.length < option.min_length)
    return { fault: `${option.name}: at least ${option.min_length} characters.` };
  if (entry.text.length > (option.max_length ?? 6000))
    return { fault: `${option.name}: at most ${option.max_length ?? 6000} characters.` };
  return { value: entry.text };
}

const missing = (option) => (option.required ? { fault: `${option.name} is required.` } : { empty: true });

function readNumber(option, text) {
  const value = Number(text);
  if (!Number.isFinite(value) || (option.type === TYPE.integer && !Number.isInteger(value)))
    return { fault: `${option.name}: write a ${option.type === TYPE.integer ? "whole " : ""}number.` };
  if (option.min_value !== undefined && value < option.min_value)
    return { fault: `${option.name}: at least ${option.min_value}.` };
  if (option.max_value !== undefined && value > option.max_value)
    return { fault: `${option.name}: at most ${option.max_value}.` };
  return { value };
}
