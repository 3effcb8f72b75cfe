// Messages on their way to the server: kept to be shown until the gateway brings them, or they are refused.

import { listen, store, tell } from "./store.js";

const sent = new Map();

/** What this person has sent here and nobody has seen yet, oldest first: {channelId, text, count} by nonce. */
export const onTheirWay = (channelId) =>
  [...sent].filter(([, one]) => one.channelId === channelId && one.userId === store.me.id);

/** Keeps a message in the box until `work`, its request, has ended. */
export async function keepWhile(nonce, { channelId, text, count }, work) {
  sent.set(nonce, { channelId, text, count, userId: store.me.id });
  tell(`messages:${channelId}`, {});
  try {
    return await work();
  } finally {
    sent.delete(nonce);
    tell(`messages:${channelId}`, {});
  }
}

listen("message", (one) => {
  if (one.nonce && one.author?.id === store.me.id) sent.delete(String(one.nonce));
});
