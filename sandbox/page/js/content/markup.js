// Markdown's tree as DOM: mentions with names, times in this person's zone, links that stay inside the page.

import { h } from "../dom.js";
import { isJumbo, parse, parseInline } from "./markdown.js";
import { timeNode } from "./timestamps.js";
import { emojiNode } from "./avatars.js";
import { channel, role, store, tell } from "../state/store.js";
import { channelIcon, channelName, hex, nameOf } from "../state/names.js";
import { addressOf, inwardAddress } from "../state/router.js";
import { icon } from "../icons.js";

/** The markup of a text. `guildId` decides nicknames; `inline` keeps blocks out (field names, previews). */
export function markup(text, { guildId = null, inline = false, jumbo = false } = {}) {
  const nodes = inline ? parseInline(String(text ?? "")) : parse(String(text ?? ""));
  const body = h(
    "div.markup",
    { class: jumbo && isJumbo(nodes) ? "jumbo" : null },
    nodes.map((one) => draw(one, guildId)),
  );
  return body;
}

const drawAll = (nodes, guildId) => nodes.map((one) => draw(one, guildId));

const TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s", quote: "blockquote", subtext: "small" };

function draw(node, guildId) {
  if (typeof node === "string") return node;
  if (TAGS[node.t]) return h(TAGS[node.t], drawAll(node.nodes, guildId));
  return drawers[node.t](node, guildId);
}

const drawers = {
  heading: (node, guildId) => h(`h${node.level + 2}`, { class: `h${node.level}` }, drawAll(node.nodes, guildId)),
  code: (node) => h("code", node.text),
  pre: (node) =>
    h("pre", { tabindex: 0, "data-language": node.language || null }, h("code", paint(node.text, node.language))),
  list: (node, guildId) =>
    h(
      node.ordered ? "ol" : "ul",
      node.ordered ? { start: node.start } : {},
      node.items.map((item) => h("li", drawAll(item.nodes, guildId))),
    ),
  spoiler: (node, guildId) => spoiler(drawAll(node.nodes, guildId)),
  link: (node, guildId) => link(node, guildId),
  user: (node, guildId) => {
    const user = store.users.get(node.id);
    return h(
      "button.mention",
      {
        type: "button",
        onclick: (event) => tell("profile", { userId: node.id, guildId, anchor: event.currentTarget }),
      },
      user ? `@${nameOf(user, guildId)}` : `<@${node.id}>`,
    );
  },
  role: (node) => {
    const one = role(node.id);
    const colour = one?.color ? hex(one.color) : null;
    return h(
      "span.mention",
      { style: colour ? { "--tone": colour } : {}, class: colour ? "toned" : null },
      `@${one?.name ?? "unknown role"}`,
    );
  },
  channel: (node) => channelMention(node.id),
  command: (node) =>
    h(
      "button.mention",
      { type: "button", onclick: () => tell("use-command", { name: node.name, id: node.id }) },
      `/${node.name}`,
    ),
  all: (node) => h("span.mention", node.text),
  emoji: (node) => h("span.emoji", node.text),
  custom: (node) => emojiNode(node),
  time: (node) => timeNode(node.unix, node.style),
};

function channelMention(id, messageId = null) {
  const one = channel(id);
  if (!one) return h("span.mention", "#unknown");
  return h(
    "a.mention.place",
    { href: addressOf(id, messageId) },
    icon(channelIcon(one), "small"),
    channelName(one),
    messageId ? [" › ", icon("forum", "small")] : null,
  );
}

function link(node, guildId) {
  const inward = inwardAddress(node.href);
  const bare = node.nodes.length === 1 && node.nodes[0] === node.href;
  if (inward && bare) {
    const [, , , channelId, messageId] = inward.split("/").map((part) => part || null);
    if (channel(channelId)) return channelMention(channelId, messageId);
  }
  if (inward) return h("a", { href: inward }, drawAll(node.nodes, guildId));
  return h(
    "a",
    { href: node.href, target: "_blank", rel: "noopener noreferrer nofollow", title: bare ? null : node.href },
    drawAll(node.nodes, guildId),
  );
}

function spoiler(parts) {
  const node = h(
    "span.spoiler",
    { role: "button", tabindex: 0, "aria-label": "Spoiler", "aria-expanded": "false" },
    h("span", { "aria-hidden": "true" }, parts),
  );
  const reveal = (event) => {
    if (node.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("shown");
    for (const key of ["role", "tabindex", "aria-label", "aria-expanded"]) node.removeAttribute(key);
    node.firstChild.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", reveal, true);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") reveal(event);
  });
  return node;
}

const WORDS =
  /\b(?:async|await|break|case|class|const|continue|def|elif|else|except|export|finally|fn|for|from|function|if|import|in|is|lambda|let|match|new|not|null|None|of|or|pass|pub|raise|return|self|static|struct|switch|this|throw|true|True|false|False|try|type|use|var|while|with|yield)\b/;
const PAINT = new RegExp(
  String.raw`(?<note>\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<number>\b\d[\w.]*\b)|(?<word>${WORDS.source})`,
  "g",
);

/** Colours code a little: comments, strings, numbers, words that most languages share. */
function paint(text, language) {
  if (!language || /^(txt|text|md|ansi)$/.test(language)) return text;
  if (language === "diff")
    return text
      .split(/(?<=\n)/)
      .map((line) => (/^[+-]/.test(line) ? h(`span.${line[0] === "+" ? "plus" : "minus"}`, line) : line));
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(PAINT)) {
    const kind = Object.entries(found.groups).find(([, value]) => value !== undefined)[0];
    parts.push(text.slice(at, found.index), h(`span.${kind}`, found[0]));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}
