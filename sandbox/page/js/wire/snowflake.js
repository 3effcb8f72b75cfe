// Ids of Discord: when they were made, their order, and nonces that look like them.

import { now } from "../state/clock.js";

const EPOCH_MS = 1420070400000n;

export const madeAt = (id) => Number((BigInt(id) >> 22n) + EPOCH_MS);

/** The sign of a - b, for ids as decimal strings. */
export const compareIds = (a, b) => {
  if (a === b) return 0;
  return a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
};

let counter = 0n;
export const nonce = () => String(((BigInt(Math.round(now())) - EPOCH_MS) << 22n) | (counter++ & 0x3fffffn));
