// Gateway events into the store. One small function an event; the names are the wire's.

import * as messages from "./messages.js";
import {
  channel,
  clear,
  dropGuild,
  guild,
  keepChannel,
  keepGuild,
  keepMember,
  keepUser,
  store,
  tell,
} from "./store.js";
import { noteMessage, openMarks } from "./unread.js";
import { now } from "./clock.js";
import { follow, place } from "./router.js";

const heard = {
  READY(data) {
    const known = new Map(store.messages);
    const again = store.me?.id === data.user.id;
    clear();
    store.me = data.user;
    keepUser(data.user);
    for (const user of data.users ?? []) keepUser(user);
    for (const one of data.guilds) keepGuild(one);
    for (const one of data.private_channels ?? []) keepChannel(one);
    if (again && known.has(place.channelId)) store.messages.set(place.channelId, known.get(place.channelId));
    openMarks();
    tell("world");
    follow();
    if (again) messages.forgetAll(place.channelId);
  },

  GUILD_CREATE(data) {
    keepGuild(data);
    tell("world");
    follow();
  },
  GUILD_UPDATE(data) {
    keepGuild(data);
    tell("world");
  },
  GUILD_DELETE(data) {
    if (!data.unavailable) {
      dropGuild(data.id);
      tell("world");
      follow();
    }
  },
  GUILD_EMOJIS_UPDATE(data) {
    const one = guild(data.guild_id);
    if (one) one.emojis = data.emojis;
  },

  CHANNEL_CREATE(data) {
    keepChannel(data);
    tell("channels");
    follow();
  },
  CHANNEL_UPDATE(data) {
    keepChannel(data);
    tell("channels");
    follow();
  },
  CHANNEL_DELETE(data) {
    store.channels.delete(data.id);
    tell("channels");
    follow();
  },
  CHANNEL_PINS_UPDATE(data) {
    const one = channel(data.channel_id);
    if (one) one.last_pin_timestamp = data.last_pin_timestamp;
    tell("pins", data);
  },

  THREAD_CREATE(data) {
    keepChannel(data);
    tell("channels");
    tell("threads", data.parent_id);
  },
  THREAD_UPDATE(data) {
    keepChannel(data);
    tell("channels");
    tell("threads", data.parent_id);
    if (place.channelId === data.id) tell("header");
  },
  THREAD_DELETE(data) {
    store.channels.delete(data.id);
    tell("channels");
    tell("threads", data.parent_id);
    if (place.channelId === data.id) follow();
  },
  THREAD_LIST_SYNC(data) {
    for (const one of data.threads ?? []) keepChannel(one, data.guild_id);
    tell("channels");
  },

  GUILD_ROLE_CREATE(data) {
    store.roles.set(data.role.id, { ...data.role, guild_id: data.guild_id });
    tell("members");
    tell("channels");
  },
  GUILD_ROLE_UPDATE(data) {
    heard.GUILD_ROLE_CREATE(data);
  },
  GUILD_ROLE_DELETE(data) {
    store.roles.delete(data.role_id);
    tell("members");
    tell("channels");
  },

  GUILD_MEMBER_ADD(data) {
    keepMember(data.guild_id, data);
    tell("members");
  },
  GUILD_MEMBER_UPDATE(data) {
    keepMember(data.guild_id, data);
    tell("members");
    if (data.user?.id === store.me.id) tell("channels");
  },
  GUILD_MEMBER_REMOVE(data) {
    store.members.get(data.guild_id)?.delete(data.user.id);
    if (data.user.id === store.me.id) heard.GUILD_DELETE({ id: data.guild_id });
    tell("members");
  },
  GUILD_MEMBERS_CHUNK(data) {
    for (const one of data.members) keepMember(data.guild_id, one);
    tell("members");
  },
  PRESENCE_UPDATE(data) {
    store.presences.set(data.user.id, data.status);
    tell("presence");
  },
  USER_UPDATE(data) {
    keepUser(data);
    if (data.id === store.me.id) store.me = { ...store.me, ...data };
    tell("members");
  },

  MESSAGE_CREATE(data) {
    const one = channel(data.channel_id);
    if (one && !(data.flags & 64)) one.last_message_id = data.id;
    const isFirst = data.id === one?.id || data.type === 21; // the initial message does not count
    if (one?.thread_metadata && !(data.flags & 64) && !isFirst) one.message_count = (one.message_count ?? 0) + 1;
    hush(data.channel_id, data.author?.id);
    if (data.guild_id && data.member) keepMember(data.guild_id, { ...data.member, user: data.author });
    messages.take(data);
    noteMessage(data);
    tell("message", data);
    if (one?.thread_metadata) tell("threads", one.parent_id);
  },
  MESSAGE_UPDATE(data) {
    messages.change(data);
    store.first.delete(data.id);
    tell("message-changed", data);
  },
  MESSAGE_DELETE(data) {
    messages.drop(data.channel_id, [data.id]);
  },
  MESSAGE_DELETE_BULK(data) {
    messages.drop(data.channel_id, data.ids);
  },
  MESSAGE_REACTION_ADD(data) {
    messages.react(data, true);
    tell("reaction", data);
  },
  MESSAGE_REACTION_REMOVE(data) {
    messages.react(data, false);
    tell("reaction", data);
  },
  MESSAGE_REACTION_REMOVE_ALL(data) {
    messages.unreact(data);
  },
  MESSAGE_REACTION_REMOVE_EMOJI(data) {
    messages.unreact(data);
  },

  TYPING_START(data) {
    if (data.user_id === store.me.id) return;
    if (data.member) keepMember(data.guild_id, data.member);
    if (!store.typing.has(data.channel_id)) store.typing.set(data.channel_id, new Map());
    store.typing.get(data.channel_id).set(data.user_id, now() + 10_000);
    tell("typing", data.channel_id);
  },
};

function hush(channelId, userId) {
  if (store.typing.get(channelId)?.delete(userId)) tell("typing", channelId);
}

export function receive(type, data) {
  heard[type]?.(data);
  tell(`event:${type}`, data);
}
