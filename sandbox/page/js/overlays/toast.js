// Short notices at the lower edge; an error stays a little longer.

import { h } from "../dom.js";
import { icon } from "../icons.js";

export function toast(text, { bad = false } = {}) {
  const node = h("div.toast", { class: bad ? "bad" : null }, icon(bad ? "alert" : "check", "small"), text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), bad ? 7000 : 3000);
}

/** Runs a request; says so when the server refuses it. */
export async function attempt(work, done = null) {
  try {
    const result = await work();
    if (done) toast(done);
    return result;
  } catch (error) {
    toast(error.message, { bad: true });
    return undefined;
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast(text);
  }
}
