// Embeds as cards. Those that share a url are one card with several pictures, as on Discord.

import { h } from "../dom.js";
import { markup } from "./markup.js";
import { gallery } from "./media.js";
import { when } from "./timestamps.js";
import { hex } from "../state/names.js";

export function embeds(list, guildId) {
  const merged = [];
  for (const one of list) {
    const host =
      one.url && one.image
        ? merged.find((known) => known.url === one.url && known.pictures.length && known.pictures.length < 4)
        : null;
    if (host) host.pictures.push(one.image);
    else merged.push({ ...one, pictures: one.image ? [one.image] : [] });
  }
  return merged.map((one) => card(one, guildId));
}

function card(one, guildId) {
  if (one.type === "image" && one.thumbnail) return gallery([{ ...one.thumbnail, url: one.thumbnail.url ?? one.url }]);
  const tone = one.color ? { style: { "--tone": hex(one.color) } } : {};
  const text = h(
    "div.grow",
    one.provider?.name ? h("div.provider", one.provider.name) : null,
    one.author?.name ? author(one.author) : null,
    one.title
      ? h(
          "h3.embed-title",
          one.url
            ? h(
                "a",
                { href: one.url, target: "_blank", rel: "noopener noreferrer" },
                markup(one.title, { guildId, inline: true }),
              )
            : markup(one.title, { guildId, inline: true }),
        )
      : null,
    one.description ? markup(one.description, { guildId }) : null,
    one.fields?.length ? h("div.fields", fields(one.fields, guildId)) : null,
  );
  return h(
    "article.embed",
    tone,
    { "aria-label": one.title ?? one.author?.name ?? "Embed" },
    h("div.embed-top", text, one.thumbnail ? h("div.thumb", gallery([one.thumbnail])) : null),
    one.video?.url && /\.(mp4|webm)/.test(one.video.url)
      ? gallery([{ ...one.video, content_type: "video/mp4" }])
      : null,
    one.pictures.length ? gallery(one.pictures) : null,
    one.footer?.text || one.timestamp ? footer(one) : null,
  );
}

function author(one) {
  return h(
    "div.by",
    one.icon_url ? h("img", { src: one.proxy_icon_url ?? one.icon_url, alt: "" }) : null,
    one.url ? h("a", { href: one.url, target: "_blank", rel: "noopener noreferrer" }, one.name) : one.name,
  );
}

function footer({ footer: foot, timestamp }) {
  const parts = [foot?.text, timestamp ? when(Date.parse(timestamp)) : null].filter(Boolean);
  return h(
    "footer.foot",
    foot?.icon_url ? h("img", { src: foot.proxy_icon_url ?? foot.icon_url, alt: "" }) : null,
    parts.join(" • "),
  );
}

/** Up to three inline fields share a row of twelve columns. */
function fields(list, guildId) {
  const spans = [];
  for (let at = 0; at < list.length;) {
    let run = 0;
    while (run < 3 && list[at + run]?.inline) run += 1;
    const count = Math.max(run, 1);
    for (let k = 0; k < count; k += 1) spans.push(12 / count);
    at += count;
  }
  return list.map((one, index) =>
    h(
      "div.embed-field",
      { style: { "grid-column": `span ${spans[index]}` } },
      h("h4", markup(one.name, { guildId, inline: true })),
      markup(one.value, { guildId }),
    ),
  );
}
