// Moments as Discord words them; relative ones tick.

import { h } from "../dom.js";
import { now } from "../state/clock.js";

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const STYLES = {
  t: format({ timeStyle: "short" }),
  T: format({ timeStyle: "medium" }),
  d: format({ dateStyle: "short" }),
  D: format({ dateStyle: "long" }),
  f: format({ dateStyle: "long", timeStyle: "short" }),
  F: format({ dateStyle: "full", timeStyle: "short" }),
  s: format({ dateStyle: "short", timeStyle: "short" }),
  S: format({ dateStyle: "short", timeStyle: "medium" }),
};
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30.44],
  ["month", 12],
  ["year", Infinity],
];

export function relative(ms) {
  let amount = (ms - now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size - 0.5 || size === Infinity) return RELATIVE.format(Math.round(amount), unit);
    amount /= size;
  }
  return "";
}

export function timeNode(unix, style) {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return `<t:${unix}>`;
  const text = style === "R" ? relative(date.getTime()) : STYLES[style].format(date);
  return h(
    "time.moment",
    {
      datetime: date.toISOString(),
      title: STYLES.F.format(date),
      dataset: style === "R" ? { relative: String(date.getTime()) } : {},
    },
    text,
  );
}

/** The time beside a message: "Today at 14:02", or a date. */
export function when(ms) {
  const date = new Date(ms);
  const days = daysBetween(ms, now());
  if (days === 0) return STYLES.t.format(date);
  if (days === 1) return `Yesterday at ${STYLES.t.format(date)}`;
  return STYLES.s.format(date);
}

const dayOf = (ms) => {
  const date = new Date(ms);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
};
export const daysBetween = (a, b) => dayOf(b) - dayOf(a);
export const clockTime = (ms) => STYLES.t.format(new Date(ms));
export const longDay = (ms) => STYLES.D.format(new Date(ms));
export const fullTime = (ms) => STYLES.F.format(new Date(ms));

setInterval(() => {
  for (const node of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(node.dataset.relative));
    if (node.textContent !== text) node.textContent = text;
  }
}, 1000);
