// Who is typing here, for ten seconds after each sign of it.

import { fill, h } from "../dom.js";
import { channel, listen, store } from "../state/store.js";
import { nameOf } from "../state/names.js";
import { now } from "../state/clock.js";

export function typingLine(channelId) {
  const node = h("div.typing");
  const guildId = channel(channelId)?.guild_id;
  const draw = () => {
    const names = [...(store.typing.get(channelId)?.entries() ?? [])]
      .filter(([, until]) => until > now())
      .map(([id]) => nameOf(store.users.get(id), guildId));
    fill(
      node,
      names.length
        ? [
            h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")),
            h("b", names.length > 3 ? "Several people" : names.join(", ")),
            names.length === 1 ? " is typing…" : " are typing…",
          ]
        : "",
    );
  };
  const stop = listen("typing", (id) => {
    if (id === channelId) {
      draw();
      setTimeout(draw, 10_100);
    }
  });
  draw();
  return { node, stop };
}
