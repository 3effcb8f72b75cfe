// Builds DOM nodes from values. Text only ever becomes text nodes: nothing here, or anywhere in this page, parses HTML.

const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "selected",
  "hidden",
  "readOnly",
  "indeterminate",
  "multiple",
]);

/** h("button.press.primary", {onclick, "aria-label": "Send"}, "Send", [more]) */
export function h(spec, ...parts) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const part of parts) {
    if (part !== null && typeof part === "object" && !(part instanceof Node) && !Array.isArray(part))
      setAll(node, part);
    else add(node, part);
  }
  return node;
}

function setAll(node, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || (value === false && !PROPERTIES.has(key) && !key.startsWith("aria-")))
      continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = [node.className, value].filter(Boolean).join(" ");
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else if (PROPERTIES.has(key)) node[key] = value;
    else if (key === "href" || key === "src") setAddress(node, key, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
}

function setAddress(node, key, value) {
  const address = safeAddress(value);
  if (address) node.setAttribute(key, address);
}

function add(node, part) {
  if (part === null || part === undefined || part === false) return;
  if (Array.isArray(part)) for (const one of part) add(node, one);
  else node.append(part instanceof Node ? part : document.createTextNode(String(part)));
}

export function fill(node, ...parts) {
  const fresh = document.createDocumentFragment();
  for (const part of parts) add(fresh, part);
  node.replaceChildren(fresh);
  return node;
}

/** An address that may stand in href or src, or null: no javascript:, no data: beyond pictures. */
export function safeAddress(value) {
  const text = String(value);
  if (
    text.startsWith("#") ||
    text.startsWith("/") ||
    text.startsWith("blob:") ||
    /^data:image\/(png|jpeg|webp|gif|svg\+xml)/.test(text)
  )
    return text;
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Runs a redraw at most once a frame, however often it is asked for. */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** Arrow keys, Home and End move the focus among the matching elements. */
export function walkWithArrows(root, selector, { horizontal = false } = {}) {
  const [back, forth] = horizontal ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  root.addEventListener("keydown", (event) => {
    if (
      ![back, forth, "Home", "End"].includes(event.key) ||
      event.altKey ||
      event.target.matches("input, textarea, select")
    )
      return;
    const items = [...root.querySelectorAll(selector)].filter((item) => item.offsetParent !== null);
    const at = items.indexOf(event.target.closest(selector));
    if (at < 0) return;
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : at + (event.key === forth ? 1 : -1);
    items[(next + items.length) % items.length]?.focus();
    event.preventDefault();
  });
}

/** Of many that arrows walk through, Tab stops at one: where we are, or the first. */
export function rove(root, selector) {
  const items = [...root.querySelectorAll(selector)];
  const stop =
    items.find((item) => item === document.activeElement) ??
    items.find((item) => item.getAttribute("aria-current")) ??
    items[0];
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}

const markOf = (node) => node.dataset.key ?? node.getAttribute("aria-label") ?? node.textContent;

/** Draws anew, then gives the focus to the node that took the place of the one that had it. */
export function keepFocus(root, draw) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  draw();
  if (!held || held.isConnected) return;
  const twins = [...root.querySelectorAll(held.tagName)];
  twins.find((one) => markOf(one) === markOf(held))?.focus({ preventScroll: true });
}

export const announce = (text) => {
  const line = document.createElement("p");
  line.textContent = text;
  const announcer = document.getElementById("announcer");
  announcer.append(line);
  while (announcer.children.length > 5) announcer.firstChild.remove();
};
