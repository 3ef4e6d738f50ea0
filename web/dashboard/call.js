// Calls of this gateway's API. The admin key, where one is needed, lives as long as the tab.
const keyPlace = "halffull-key";

export function keepKey(key) {
  sessionStorage.setItem(keyPlace, key);
}

export function forgetKey() {
  sessionStorage.removeItem(keyPlace);
}

export function call(path, options = {}) {
  const key = sessionStorage.getItem(keyPlace);
  return fetch(path, { cache: "no-store", ...options, headers: { ...(options.headers ?? {}), ...(key ? { authorization: `Bearer ${key}` } : {}) } });
}

// What was refused, in the gateway's own words.
export async function refusalOf(answer) {
  const body = await answer.json().catch(() => null);
  return body?.error?.message ?? `The gateway answers ${answer.status}.`;
}

// Changes something; says what went wrong, and nothing when nothing did.
export async function command(method, path, body = {}) {
  try {
    const answer = await call(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return answer.ok ? "" : await refusalOf(answer);
  } catch {
    return "The gateway does not answer.";
  }
}
