// What one may do with a channel, a thread or a category.

import { isThread, store, tell } from "../state/store.js";
import { channelName } from "../state/names.js";
import { may } from "../state/permissions.js";
import { markRead } from "../state/unread.js";
import { attempt, copy } from "../overlays/toast.js";
import { confirmDialog } from "../overlays/dialog.js";
import { remove } from "../wire/api.js";

export function channelMenu(one) {
  const manage = one.guild_id && may(isThread(one) ? "MANAGE_THREADS" : "MANAGE_CHANNELS", one.id);
  return [
    { label: "Mark as read", icon: "check", run: () => markRead(one.id) },
    manage &&
      !isThread(one) && {
        label: one.type === 4 ? "Edit category" : "Edit channel",
        icon: "gear",
        run: () => tell("channel-settings", one.id),
      },
    isThread(one) &&
      (manage || one.owner_id === store.me.id) && {
        label: "Edit thread",
        icon: "gear",
        run: () => tell("thread-settings", one.id),
      },
    "-",
    {
      label: "Copy link",
      icon: "link",
      run: () => copy(`https://discord.com/channels/${one.guild_id ?? "@me"}/${one.id}`),
    },
    { label: "Copy channel id", icon: "copy", run: () => copy(one.id) },
    manage && "-",
    manage && {
      label: isThread(one) ? "Delete thread" : one.type === 4 ? "Delete category" : "Delete channel",
      icon: "trash",
      danger: true,
      run: async () => {
        if (await confirmDialog({ title: `Delete ${channelName(one)}`, text: "This cannot be undone." }))
          attempt(() => remove(`/channels/${one.id}`));
      },
    },
  ].filter(Boolean);
}
