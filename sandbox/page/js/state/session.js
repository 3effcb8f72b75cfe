// Who I am: the list of people, one gateway as one of them, and changing places.

import { clear, listen, store, tell } from "./store.js";
import { receive } from "./events.js";
import { setClock } from "./clock.js";
import { Gateway } from "../wire/gateway.js";
import { sim, useToken } from "../wire/api.js";

let gateway = null;
export const sessionId = () => gateway?.sessionId;
export const connection = { state: "opening" };

export async function loadPeople() {
  const world = await sim("GET", "/people");
  Object.assign(store, { people: world.people, applications: world.applications ?? [] });
  if (world.clock_ms) setClock(world.clock_ms);
  tell("people");
}

/** Opens the page as the person of ?as=, else as the last one in this tab, else as the first. */
export async function open() {
  await loadPeople();
  const wanted =
    new URLSearchParams(location.search).get("as") ??
    sessionStorage.getItem("sandbox.me") ??
    localStorage.getItem("sandbox.me");
  const found = store.people.find(({ user }) => user.id === wanted || user.username === wanted) ?? store.people[0];
  if (!found) throw new Error("The sandbox has no people; make one with POST /_sim/people.");
  become(found.user.id);
}

export function become(userId) {
  const person = store.people.find(({ user }) => user.id === userId);
  if (!person || store.me?.id === userId) return;
  gateway?.close();
  clear();
  store.me = null;
  store.token = person.token;
  useToken(person.token);
  sessionStorage.setItem("sandbox.me", userId);
  localStorage.setItem("sandbox.me", userId);
  setState("opening");
  gateway = new Gateway(person.token, { onDispatch: receive, onState: setState });
}

/** Loses the socket as a bad network does; the gateway client must come back by itself. */
export const cut = () => gateway?.cut();

function setState(state) {
  connection.state = state;
  tell("connection", state);
}

listen("world", () => tell("people"));
