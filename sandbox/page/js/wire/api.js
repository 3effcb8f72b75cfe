// REST as one person: the Authorization header, JSON or multipart, waiting out 429s, errors with Discord's words.

const session = { token: null };
export const useToken = (token) => {
  session.token = token;
};

const SLOWMODE = 20016;
const slowmode = (seconds) => `Slowmode is on here: you can do that again in ${Math.ceil(seconds)} s.`;

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.code === SLOWMODE ? slowmode(body.retry_after) : sentence(status, body));
    this.status = status;
    this.code = body?.code ?? 0;
    this.errors = body?.errors ?? null;
  }
}

function sentence(status, body) {
  const faults = [];
  collectFaults(body?.errors, [], faults);
  if (faults.length) return faults.slice(0, 3).join(" ");
  return body?.message ? `${body.message}${body.code ? ` (${body.code})` : ""}` : `The server answered ${status}.`;
}

function collectFaults(tree, path, faults) {
  if (!tree || typeof tree !== "object") return;
  for (const [key, value] of Object.entries(tree)) {
    if (key === "_errors") for (const one of value) faults.push(`${path.join(".")}: ${one.message}`.replace(/^: /, ""));
    else collectFaults(value, [...path, key], faults);
  }
}

/** Sends one request. `files` turns it into multipart: payload_json and files[n]. */
export async function request(method, path, body, { files = null, root = "/api/v10" } = {}) {
  const headers = {};
  if (session.token) headers.Authorization = session.token;
  let payload;
  if (files?.length) {
    payload = new FormData();
    payload.append("payload_json", JSON.stringify(body ?? {}));
    files.forEach((file, index) => payload.append(`files[${index}]`, file, file.name));
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(root + path, { method, headers, body: payload });
    const data = answer.status === 204 ? null : await readBody(answer);
    if (answer.ok) return data;
    // Slowmode is for people to wait out, not for the page: what they typed stays where it is.
    if (answer.status !== 429 || data?.code === SLOWMODE || attempt >= 4) throw new ApiError(answer.status, data);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (data?.retry_after ?? 1)));
  }
}

async function readBody(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}

export const get = (path) => request("GET", path);
export const post = (path, body, options) => request("POST", path, body ?? {}, options);
export const patch = (path, body, options) => request("PATCH", path, body, options);
export const put = (path, body) => request("PUT", path, body);
export const remove = (path) => request("DELETE", path);

/** The sandbox's own control routes. */
export const sim = (method, path, body) => request(method, path, body, { root: "/_sim" });
