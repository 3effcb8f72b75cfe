// Discord's markdown to a tree of nodes {t, …} and strings. Pure: knows no DOM and no world.

const INLINE = [
  ["escape", /\\([^0-9A-Za-z\s])/y],
  ["code", /(`+)([\s\S]*?[^`])\1(?!`)/y],
  ["autolink", /<(https?:\/\/[^\s>]+)>/y],
  ["user", /<@!?(\d+)>/y],
  ["role", /<@&(\d+)>/y],
  ["channel", /<#(\d+)>/y],
  ["command", /<\/([^:<>]{1,100}):(\d+)>/y],
  ["custom", /<(a?):(\w{2,32}):(\d+)>/y],
  ["time", /<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/y],
  ["all", /@(everyone|here)\b/y],
  [
    "masked",
    /\[((?:\[[^\]\n]*\]|\\.|[^[\]\\])+)\]\(\s*<?((?:https?:\/\/|mailto:)(?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+["'][^"'\n]*["'])?\s*\)/y,
  ],
  ["link", /https?:\/\/[^\s<]+[^<.,:;"'\])*_~|\s]/y],
  ["bolditalic", /\*\*\*((?:\\.|[^\\*]|\*(?!\*\*))+?)\*\*\*(?!\*)/y],
  ["bold", /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y],
  ["underline", /__((?:\\[\s\S]|[^\\])+?)__(?!_)/y],
  ["italic", /\*(?![\s*])((?:\*\*|\\[\s\S]|[^*\\])+?)(?<!\s)\*(?!\*)/y],
  ["italic", /_((?:__|\\[\s\S]|[^_\\])+?)_(?![\p{L}\p{N}_])/uy],
  ["strike", /~~((?:\\[\s\S]|[^\\])+?)~~(?!~)/y],
  ["spoiler", /\|\|([\s\S]+?)\|\|/y],
  ["emoji", /\p{RGI_Emoji}/vy],
];

const NESTED = new Set(["bold", "underline", "italic", "strike", "spoiler"]);
const STARTS = /[\\`<@[h*_~|\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Regional_Indicator}#0-9]/u;

export function parseInline(text, depth = 0) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const found = depth < 12 && STARTS.test(String.fromCodePoint(text.codePointAt(at))) ? match(text, at) : null;
    if (!found) {
      const size = text.codePointAt(at) > 0xffff ? 2 : 1;
      plain += text.slice(at, at + size);
      at += size;
      continue;
    }
    const [kind, groups] = found;
    at += groups[0].length;
    if (kind === "escape") {
      plain += groups[1];
      continue;
    }
    flush();
    nodes.push(inlineNode(kind, groups, depth));
  }
  flush();
  return nodes;
}

function match(text, at) {
  for (const [kind, pattern] of INLINE) {
    pattern.lastIndex = at;
    const groups = pattern.exec(text);
    if (!groups) continue;
    if (kind === "italic" && groups[0][0] === "_" && /[\p{L}\p{N}_]/u.test(text[at - 1] ?? "")) continue;
    if (kind === "link" && /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) continue;
    return [kind, groups];
  }
  return null;
}

function inlineNode(kind, groups, depth) {
  if (NESTED.has(kind)) return { t: kind, nodes: parseInline(groups[1], depth + 1) };
  if (kind === "bolditalic") return { t: "bold", nodes: [{ t: "italic", nodes: parseInline(groups[1], depth + 1) }] };
  if (kind === "code") return { t: "code", text: groups[2].replace(/^ (.*) $/s, "$1") };
  if (kind === "masked") return { t: "link", href: groups[2], nodes: parseInline(groups[1], depth + 1) };
  if (kind === "autolink") return { t: "link", href: groups[1], nodes: [groups[1]] };
  if (kind === "link") return { t: "link", href: groups[0], nodes: [groups[0]] };
  if (kind === "command") return { t: "command", name: groups[1], id: groups[2] };
  if (kind === "custom") return { t: "custom", animated: groups[1] === "a", name: groups[2], id: groups[3] };
  if (kind === "time") return { t: "time", unix: Number(groups[1]), style: groups[2] ?? "f" };
  if (kind === "all") return { t: "all", text: groups[0] };
  if (kind === "emoji") return { t: "emoji", text: groups[0] };
  return { t: kind, id: groups[1] };
}

const FENCE = /```(?:([\w+#.-]*)\n)?\n*([\s\S]+?)\n*```\n?/;
const ITEM = /^(\s*)([-*]|\d{1,9}\.)\s+(.*)$/;

export function parse(source, depth = 0) {
  const nodes = [];
  let rest = source;
  let text = "";
  const flush = (beforeBlock) => {
    const body = beforeBlock ? text.replace(/\n$/, "") : text;
    if (body) nodes.push(...parseInline(body));
    text = "";
  };
  const block = (node, length) => {
    flush(true);
    nodes.push(node);
    rest = rest.slice(length);
  };
  while (rest) {
    let found;
    if (depth === 0 && (found = /^ {0,3}>>> ([\s\S]*)/.exec(rest)))
      block({ t: "quote", nodes: parse(found[1], 1) }, rest.length);
    else if (depth === 0 && (found = /^(?:> [^\n]*(?:\n|$)|>(?:\n|$))+/.exec(rest)))
      block({ t: "quote", nodes: parse(found[0].replace(/^> ?/gm, "").replace(/\n$/, ""), 1) }, found[0].length);
    else if ((found = /^(#{1,3}) +([^\n]*\S[^\n]*)(?:\n|$)/.exec(rest)))
      block(
        { t: "heading", level: found[1].length, nodes: parseInline(found[2].replace(/\s#+\s*$/, "")) },
        found[0].length,
      );
    else if ((found = /^-# +([^\n]*\S[^\n]*)(?:\n|$)/.exec(rest)))
      block({ t: "subtext", nodes: parseInline(found[1]) }, found[0].length);
    else if (ITEM.test(rest.split("\n", 1)[0]) && !/^\s*\*\*/.test(rest)) {
      const length = listLength(rest);
      block(parseList(rest.slice(0, length)), length);
    } else {
      const line = rest.slice(0, rest.indexOf("\n") + 1 || rest.length);
      const open = line.indexOf("```");
      found = open >= 0 ? FENCE.exec(rest) : null;
      if (found && found.index === open) {
        text += rest.slice(0, open);
        rest = rest.slice(open);
        block({ t: "pre", language: found[1] ?? "", text: found[2] }, found[0].length);
      } else {
        text += line;
        rest = rest.slice(line.length);
      }
    }
  }
  flush(false);
  return nodes;
}

function listLength(rest) {
  let length = 0;
  let ordered = null;
  for (const line of rest.split("\n")) {
    const found = ITEM.exec(line);
    if (!found && !(length && /^ {2,}\S/.test(line))) break;
    const isOrdered = found ? /\d/.test(found[2]) : ordered;
    if (found && !found[1] && ordered !== null && isOrdered !== ordered) break;
    if (found && !found[1]) ordered = isOrdered;
    length += line.length + 1;
  }
  return Math.min(length, rest.length);
}

function parseList(text) {
  const root = { t: "list", ordered: null, start: 1, items: [] };
  const open = [{ indent: -1, list: root }];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const found = ITEM.exec(line);
    if (!found) {
      open
        .at(-1)
        .list.items.at(-1)
        ?.nodes.push("\n", ...parseInline(line.trim()));
      continue;
    }
    const indent = found[1].length;
    while (open.length > 2 && open.at(-1).indent > indent) open.pop();
    if (open.length === 1) open.push({ indent, list: root });
    else if (indent > open.at(-1).indent + 1 && open.length < 12) {
      const list = { t: "list", ordered: null, start: 1, items: [] };
      open.at(-1).list.items.at(-1).nodes.push(list);
      open.push({ indent, list });
    }
    const list = open.at(-1).list;
    if (list.ordered === null)
      Object.assign(list, { ordered: /\d/.test(found[2]), start: parseInt(found[2], 10) || 1 });
    list.items.push({ nodes: parseInline(found[3]) });
  }
  return root;
}

/** Whether a text is nothing but a few emoji, which are then drawn large. */
export const isJumbo = (nodes) => {
  const marks = nodes.filter((one) => typeof one !== "string" || one.trim());
  return marks.length > 0 && marks.length <= 30 && marks.every((one) => one.t === "emoji" || one.t === "custom");
};

export const plainText = (nodes) =>
  nodes
    .map((one) =>
      typeof one === "string"
        ? one
        : (one.text ??
          (one.nodes
            ? plainText(one.nodes)
            : one.items
              ? one.items.map((item) => plainText(item.nodes)).join(" ")
              : one.name
                ? `:${one.name}:`
                : "")),
    )
    .join("");
