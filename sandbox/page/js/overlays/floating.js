// Places a floating box beside an anchor inside the window, and closes it from outside: Esc, a press elsewhere, resize.

const GAP_PX = 6;
const EDGE_PX = 8;
const PHONE_PX = 860; // on a phone a keyboard that slides in resizes the window: boxes move instead of closing
const open = [];

class Floating {
  constructor(box, anchor, options) {
    Object.assign(this, { box, anchor, back: document.activeElement }, options);
    this.element = anchor instanceof Element ? anchor : null;
    this.isOutside = (event) => this.#outside(event);
    this.resized = () => (innerWidth > PHONE_PX ? this.close() : this.place());
    this.#show();
  }

  #show() {
    const host = this.element?.closest("dialog") ?? document.querySelector("dialog[open]") ?? document.body;
    this.box.classList.add("floating");
    host.append(this.box);
    if (this.match && this.element) this.box.style.minWidth = `${this.element.getBoundingClientRect().width}px`;
    this.place();
    this.element?.setAttribute("aria-expanded", "true");
    open.push(this);
    addEventListener("pointerdown", this.isOutside, true);
    addEventListener("resize", this.resized);
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
  }

  close({ refocus = true } = {}) {
    const at = open.indexOf(this);
    if (at < 0) return;
    for (const above of open.slice(at + 1).reverse()) above.close({ refocus: false });
    open.splice(at, 1);
    removeEventListener("pointerdown", this.isOutside, true);
    removeEventListener("resize", this.resized);
    this.element?.setAttribute("aria-expanded", "false");
    const hadFocus = this.box.contains(document.activeElement);
    this.box.remove();
    if (refocus && (hadFocus || document.activeElement === document.body)) this.#giveFocusBack();
    this.onClose?.();
  }

  #giveFocusBack() {
    const target = this.back?.isConnected && this.back !== document.body ? this.back : this.element;
    target?.focus?.({ preventScroll: true });
  }

  #outside(event) {
    if (open.slice(open.indexOf(this)).some((one) => one.box.contains(event.target))) return;
    if (this.element?.contains(event.target)) {
      if (!this.toggles) return;
      // A second press of the opener closes, and must not open again.
      const swallow = (click) => click.stopImmediatePropagation();
      this.element.addEventListener("click", swallow, { capture: true, once: true });
    }
    this.close({ refocus: false });
  }

  place() {
    const { x, y } = this.anchor;
    const edge = this.element?.getBoundingClientRect() ?? { left: x, right: x, top: y, bottom: y };
    this.box.style.maxHeight = `${innerHeight - 3 * EDGE_PX}px`;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const [left, top] =
      this.side === "left" || this.side === "right"
        ? this.#beside(edge, width)
        : this.#overOrUnder(edge, width, height);
    this.box.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`;
    this.box.style.top = `${Math.max(EDGE_PX, Math.min(top, innerHeight - height - EDGE_PX))}px`;
  }

  #beside(edge, width) {
    const left = edge.left - width - GAP_PX;
    const right = edge.right + GAP_PX;
    if (this.side === "left") return [left < EDGE_PX ? right : left, edge.top];
    return [right + width > innerWidth - EDGE_PX ? left : right, edge.top];
  }

  #overOrUnder(edge, width, height) {
    const left = this.align === "end" ? edge.right - width : edge.left;
    const above = edge.top - height - GAP_PX;
    const below = edge.bottom + GAP_PX;
    const fitsAbove = above > EDGE_PX;
    const fitsBelow = below + height < innerHeight - EDGE_PX;
    if (this.side === "above") return [left, fitsAbove ? above : below];
    return [left, fitsBelow || !fitsAbove ? below : above];
  }
}

/** Shows `box` near `anchor` (an element or {x, y}); returns a function that closes it. */
export function float(box, anchor, options = {}) {
  const floating = new Floating(box, anchor, { side: "below", align: "start", toggles: true, ...options });
  return (how) => floating.close(how);
}

export const closeFloating = () => open[0]?.close({ refocus: false });
