// The permissions that the sheets offer, in the order in which people look for them.

export const PERMISSIONS = [
  ["VIEW_CHANNEL", "See channels"],
  ["SEND_MESSAGES", "Send messages"],
  ["SEND_MESSAGES_IN_THREADS", "Send messages in threads"],
  ["READ_MESSAGE_HISTORY", "Read older messages"],
  ["EMBED_LINKS", "Embed links"],
  ["ATTACH_FILES", "Attach files"],
  ["ADD_REACTIONS", "Add reactions"],
  ["USE_EXTERNAL_EMOJIS", "Use emoji of other servers"],
  ["USE_APPLICATION_COMMANDS", "Use commands"],
  ["USE_EXTERNAL_APPS", "Use one's own apps"],
  ["CREATE_PUBLIC_THREADS", "Start threads"],
  ["MENTION_EVERYONE", "Mention everyone"],
  ["PIN_MESSAGES", "Pin messages"],
  ["MANAGE_MESSAGES", "Manage messages"],
  ["MANAGE_THREADS", "Manage threads"],
  ["MANAGE_CHANNELS", "Manage channels"],
  ["MANAGE_ROLES", "Manage roles"],
  ["MANAGE_WEBHOOKS", "Manage webhooks"],
  ["MODERATE_MEMBERS", "Time out members"],
  ["KICK_MEMBERS", "Kick members"],
  ["BAN_MEMBERS", "Ban members"],
  ["MANAGE_GUILD", "Manage the server"],
  ["ADMINISTRATOR", "Administrator"],
];

const WHOLE_SERVER = new Set(["KICK_MEMBERS", "BAN_MEMBERS", "MANAGE_GUILD", "MODERATE_MEMBERS", "ADMINISTRATOR"]);
export const CHANNEL_PERMISSIONS = PERMISSIONS.filter(([name]) => !WHOLE_SERVER.has(name));
