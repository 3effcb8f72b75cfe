// Pictures, films, sound and files. Known sizes reserve their space; a picture that replaces another waits for it.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { openLightbox } from "../overlays/lightbox.js";

const isImage = (one) =>
  one.content_type ? /^image\/(?!svg)/.test(one.content_type) : /\.(png|jpe?g|gif|webp|avif)$/i.test(pathOf(one));
const isVideo = (one) =>
  one.content_type ? one.content_type.startsWith("video/") : /\.(mp4|webm|mov)$/i.test(pathOf(one));
const isAudio = (one) =>
  one.content_type ? one.content_type.startsWith("audio/") : /\.(mp3|ogg|wav|flac|m4a)$/i.test(pathOf(one));
const isText = (one) =>
  /^(text\/|application\/(json|toml|yaml|xml))/.test(one.content_type ?? "") ||
  /\.(txt|md|json|csv|log|toml|ya?ml|py|js)$/i.test(one.filename ?? "");
const pathOf = (one) => {
  try {
    return new URL(one.url, location.href).pathname;
  } catch {
    return one.filename ?? "";
  }
};
export const isVisual = (one) => isImage(one) || isVideo(one);

/** Attachments of a message: visual ones as one gallery, the rest as cards. */
export function attachments(list) {
  const visual = list.filter((one) => isVisual(one));
  const rest = list.filter((one) => !isVisual(one));
  return [
    visual.length ? gallery(visual.map((one) => ({ ...one, spoiler: isSpoiler(one) }))) : null,
    rest.map(fileCard),
  ];
}

export const isSpoiler = (one) =>
  Boolean(one.spoiler) || /^SPOILER_/.test(one.filename ?? "") || Boolean((one.flags ?? 0) & 8);

/** A gallery of 1–10. items: {url, proxy_url, width, height, description, spoiler, content_type} */
export function gallery(items) {
  const box = h("div.gallery", {
    class: `n${Math.min(items.length, 10)}`,
    role: items.length > 1 ? "group" : null,
    "aria-label": items.length > 1 ? `${items.length} pictures` : null,
  });
  items.forEach((item, index) =>
    box.append(
      cell(item, items.length === 1, () =>
        openLightbox(items.filter(isImage), items.filter(isImage).indexOf(items[index])),
      ),
    ),
  );
  return box;
}

function cell(item, alone, open) {
  const frame = h("div.frame", { class: alone ? "alone" : null, dataset: { src: item.url } });
  if (alone && item.width && item.height) {
    frame.style.setProperty("--w", item.width);
    frame.style.setProperty("--h", item.height);
    frame.classList.add("sized");
  }
  const address = item.proxy_url || item.url;
  if (isVideo(item))
    frame.append(
      h("video", {
        src: address,
        controls: true,
        preload: "metadata",
        playsinline: true,
        "aria-label": item.description || "Film",
      }),
    );
  else
    frame.append(
      h(
        "button.open",
        { type: "button", "aria-label": item.description ? `Picture: ${item.description}` : "Picture", onclick: open },
        picture(address, item),
      ),
    );
  if (item.description) frame.append(h("span.alt", { title: item.description, "aria-hidden": "true" }, "ALT"));
  if (item.spoiler) frame.append(cover(frame));
  return frame;
}

function picture(address, item) {
  const image = h("img", {
    src: address,
    alt: item.description ?? "",
    width: item.width,
    height: item.height,
    decoding: "async",
    draggable: "false",
  });
  image.addEventListener("error", () => {
    const frame = image.closest(".frame");
    if (frame && !frame.querySelector(".gone"))
      frame.append(h("span.gone", icon("image"), "This content is no longer available."));
  });
  return image;
}

function cover(frame) {
  frame.classList.add("covered");
  return h(
    "button.cover",
    {
      type: "button",
      "aria-label": "Show spoiler",
      onclick: (event) => {
        frame.classList.remove("covered");
        event.currentTarget.remove();
        frame.querySelector(".open")?.focus();
      },
    },
    "Spoiler",
  );
}

/** Keeps what was already loaded when a message is drawn again: no flash, no second download. */
export function carryPictures(before, after) {
  const old = new Map([...before.querySelectorAll(".frame")].map((frame) => [frame.dataset.src, frame]));
  const spare = [...before.querySelectorAll(".frame img")];
  [...after.querySelectorAll(".frame")].forEach((frame, index) => {
    const known = old.get(frame.dataset.src);
    const fresh = frame.querySelector("img");
    if (known && !known.classList.contains("covered")) {
      frame.classList.remove("covered");
      frame.querySelector(".cover")?.remove();
    }
    if (known && fresh && known.querySelector("img")) fresh.replaceWith(known.querySelector("img"));
    else if (fresh && spare[index]?.complete && spare[index].naturalWidth) {
      frame.style.backgroundImage = `url("${new URL(spare[index].src).href.replaceAll('"', "%22")}")`;
      fresh.addEventListener(
        "load",
        () => {
          frame.style.backgroundImage = "";
        },
        { once: true },
      );
    }
  });
  for (const player of before.querySelectorAll("video, audio")) {
    const twin = [...after.querySelectorAll(player.tagName)].find((one) => one.src === player.src);
    twin?.replaceWith(player);
  }
}

/** A file that is still here, as a small picture; its address is given back once the picture is read. */
export function filePicture(file) {
  const image = h("img", { src: URL.createObjectURL(file), alt: "" });
  for (const end of ["load", "error"])
    image.addEventListener(end, () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

export function bytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1048576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1048576).toFixed(2)} MB`;
}

export function fileCard(one) {
  const name = one.title || one.filename || one.name || pathOf(one).split("/").pop();
  const card = h(
    "div.file",
    icon("file"),
    h(
      "div.grow",
      h("a.cut", { href: one.url, target: "_blank", rel: "noopener noreferrer" }, name),
      one.size !== undefined && one.size !== null ? h("small", bytes(one.size)) : null,
    ),
    h("a.tool", { href: one.url, download: name, "aria-label": `Download ${name}` }, icon("download")),
  );
  if (isAudio(one)) card.append(h("audio", { src: one.url, controls: true, preload: "metadata" }));
  if (isText(one) && (one.size ?? 0) < 200_000) card.append(textPreview(one));
  if (isSpoiler(one)) {
    card.classList.add("frame");
    card.append(cover(card));
  }
  return card;
}

function textPreview(one) {
  const body = h("pre", { tabindex: 0 }, "…");
  const details = h("details", h("summary", "Preview"), body);
  details.addEventListener("toggle", async () => {
    if (!details.open || body.dataset.loaded) return;
    body.dataset.loaded = "1";
    try {
      const answer = await fetch(one.url);
      body.textContent = answer.ok ? (await answer.text()).slice(0, 20_000) : "This content is no longer available.";
    } catch {
      body.textContent = "This file cannot be previewed here.";
    }
  });
  return details;
}
