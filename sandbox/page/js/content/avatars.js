// Faces of people and servers, and single emoji. Without a picture: initials on a colour of the id.

import { h } from "../dom.js";
import { member, store } from "../state/store.js";
import { hex, initials, nameOf } from "../state/names.js";

const TONES = ["#4468e0", "#2a7f50", "#b4572a", "#8a4bc2", "#b03a6a", "#1f7f8c", "#8a6d1d", "#5b6475"];
const toneOf = (user) =>
  user?.accent_color ? hex(user.accent_color) : TONES[Number(BigInt(user?.id ?? 0) % BigInt(TONES.length))];

export function avatar(user, size = 32, { guildId = null, presence = false, name = null } = {}) {
  const label = name ?? nameOf(user, guildId);
  const own = guildId ? member(guildId, user?.id)?.avatar : null;
  const address = own
    ? `/cdn/guilds/${guildId}/users/${user.id}/avatars/${own}.png?size=128`
    : user?.avatar
      ? `/cdn/avatars/${user.id}/${user.avatar}.png?size=128`
      : null;
  const face = h("span.avatar", {
    "aria-hidden": "true",
    style: { "--size": `${size}px`, ...(address ? {} : { background: toneOf(user) }) },
  });
  if (address) {
    const picture = h("img", { src: address, alt: "", loading: "lazy" });
    picture.addEventListener("error", () => {
      face.style.background = toneOf(user);
      picture.replaceWith(initials(label));
    });
    face.append(picture);
  } else face.append(initials(label));
  if (presence) face.append(h("span.presence", { class: presenceOf(user) }));
  return face;
}

export const presenceOf = (user) => store.presences.get(user?.id) ?? (user?.id === store.me?.id ? "online" : "offline");

export function emojiNode({ id, name, animated }, { label = true } = {}) {
  if (!id) return h("span.emoji", { "aria-hidden": label ? null : "true" }, name ?? "");
  return h("img.emoji", {
    src: `/cdn/emojis/${id}.${animated ? "gif" : "png"}?size=64`,
    alt: label ? `:${name}:` : "",
    title: `:${name}:`,
    draggable: "false",
  });
}

export function applicationFace(application, size = 24) {
  const user = application.bot ?? store.users.get(application.id) ?? { id: application.id };
  if (application.icon)
    return h(
      "span.avatar",
      { style: { "--size": `${size}px` } },
      h("img", { src: `/cdn/app-icons/${application.id}/${application.icon}.png`, alt: "" }),
    );
  return avatar(user, size, { name: application.name });
}
