// What this person knows of the world: filled from READY, changed by events. Views listen to topics; nobody polls.

const listeners = new Map();

export const store = {
  me: null,
  token: null,
  people: [],
  applications: [],
  guilds: new Map(),
  channels: new Map(),
  users: new Map(),
  members: new Map(),
  roles: new Map(),
  presences: new Map(),
  messages: new Map(),
  typing: new Map(),
  commands: new Map(),
  first: new Map(),
};

export function listen(topic, run) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(run);
  return () => listeners.get(topic).delete(run);
}

export function tell(topic, detail) {
  for (const run of [...(listeners.get(topic) ?? [])]) {
    try {
      run(detail);
    } catch (error) {
      reportError(error); // the others must still hear of it
    }
  }
}

export function clear() {
  for (const value of Object.values(store)) if (value instanceof Map) value.clear();
}

export const guild = (id) => store.guilds.get(id);
export const channel = (id) => store.channels.get(id);
export const member = (guildId, userId) => store.members.get(guildId)?.get(userId);
export const role = (id) => store.roles.get(id);

export function keepUser(user) {
  if (!user?.id) return;
  store.users.set(user.id, { ...store.users.get(user.id), ...user });
}

export function keepMember(guildId, data) {
  const user = data.user ?? store.users.get(data.user_id);
  if (!user) return;
  keepUser(user);
  if (!store.members.has(guildId)) store.members.set(guildId, new Map());
  const known = store.members.get(guildId);
  known.set(user.id, { ...known.get(user.id), ...data, user: store.users.get(user.id) });
}

export function keepChannel(data, guildId = data.guild_id) {
  const known = store.channels.get(data.id);
  const kept = { ...known, ...data, ...(guildId ? { guild_id: guildId } : {}) };
  store.channels.set(data.id, kept);
  for (const user of data.recipients ?? []) keepUser(user);
  return kept;
}

export function keepGuild(data) {
  if (data.unavailable) return;
  const facts = { ...data, ...(data.properties ?? {}) };
  const { channels = [], threads = [], members = [], roles = [], presences = [], ...rest } = facts;
  store.guilds.set(data.id, { ...store.guilds.get(data.id), ...rest, emojis: rest.emojis ?? [] });
  for (const one of roles) store.roles.set(one.id, { ...one, guild_id: data.id });
  for (const one of [...channels, ...threads]) keepChannel(one, data.id);
  for (const one of members) keepMember(data.id, one);
  for (const one of presences) store.presences.set(one.user.id, one.status);
}

export function dropGuild(id) {
  store.guilds.delete(id);
  store.members.delete(id);
  for (const one of [...store.channels.values()]) if (one.guild_id === id) store.channels.delete(one.id);
  for (const one of [...store.roles.values()]) if (one.guild_id === id) store.roles.delete(one.id);
}

export const rolesOf = (guildId) =>
  [...store.roles.values()]
    .filter((one) => one.guild_id === guildId)
    .sort((a, b) => b.position - a.position || (a.id < b.id ? -1 : 1));

export const THREADS = new Set([10, 11, 12]);
export const FORUMS = new Set([15, 16]);
export const DIRECT = new Set([1, 3]);
export const isThread = (one) => THREADS.has(one?.type);
export const isForum = (one) => FORUMS.has(one?.type);
export const isDirect = (one) => DIRECT.has(one?.type);

export const threadsOf = (parentId) =>
  [...store.channels.values()].filter((one) => isThread(one) && one.parent_id === parentId);
