// Places a floating box beside an anchor inside the window, and closes it from outside: Esc, a press elsewhere, resize.

const open = [];

/** Shows `box` near `anchor` (an element or {x, y}); returns a function that closes it. */
export function float(box, anchor, { side = "below", align = "start", onClose = null, match = false } = {}) {
  const host = (anchor instanceof Element && anchor.closest("dialog")) || document.querySelector("dialog[open]") || document.body;
  const back = document.activeElement;
  box.classList.add("floating");
  host.append(box);
  if (match && anchor instanceof Element) box.style.minWidth = `${anchor.getBoundingClientRect().width}px`;
  put(box, anchor, side, align);
  if (anchor instanceof Element) anchor.setAttribute("aria-expanded", "true");

  const entry = { box, close };
  open.push(entry);
  function close({ refocus = true } = {}) {
    const at = open.indexOf(entry);
    if (at < 0) return;
    for (const above of open.splice(at)) if (above !== entry) above.box.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", resized);
    if (anchor instanceof Element) anchor.setAttribute("aria-expanded", "false");
    const inside = box.contains(document.activeElement);
    box.remove();
    if (refocus && (inside || document.activeElement === document.body)) (back?.isConnected ? back : anchor instanceof Element ? anchor : null)?.focus?.({ preventScroll: true });
    onClose?.();
  }
  function outside(event) {
    if (open.slice(open.indexOf(entry)).some((one) => one.box.contains(event.target))) return;
    if (anchor instanceof Element && anchor.contains(event.target)) { event.preventDefault(); event.stopPropagation(); anchor.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true }); }
    close({ refocus: false });
  }
  const resized = () => { if (innerWidth > 860) close(); else put(box, anchor, side, align); };
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", resized);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  return close;
}

export function put(box, anchor, side, align) {
  const edge = anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y, width: 0 };
  box.style.maxHeight = `${innerHeight - 24}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  let left = align === "end" ? edge.right - width : edge.left;
  let top = edge.bottom + 6;
  if (side === "above") top = edge.top - height - 6;
  if (side === "right") { left = edge.right + 6; top = edge.top; if (left + width > innerWidth - 8) left = edge.left - width - 6; }
  if (side === "left") { left = edge.left - width - 8; top = edge.top; if (left < 8) left = edge.right + 8; }
  if (side === "below" && top + height > innerHeight - 8 && edge.top - height - 6 > 8) top = edge.top - height - 6;
  if (side === "above" && top < 8) top = edge.bottom + 6;
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

export const closeFloating = () => { for (const one of [...open].reverse()) one.close({ refocus: false }); };
export const isFloating = () => open.length > 0;
