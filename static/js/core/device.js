// What this device remembers, and how its tabs take turns.
// On a shared phone everything lives in sessionStorage, so that closing the browser forgets it.

const SHARED = 'mc.shared';
/** @type {Map<string, string>} Stands in when the browser refuses storage (some private windows). */
const memory = new Map();

/** @returns {Storage|null} */
function area() {
  try {
    return isShared() ? sessionStorage : localStorage;
  } catch {
    return null;
  }
}

/** @template T @param {string} key @param {T} fallback @returns {T} */
export function recall(key, fallback) {
  const raw = area()?.getItem(key) ?? memory.get(key);
  if (raw == null) return fallback;
  try {
    return JSON.parse(raw);
  } catch {
    return fallback;
  }
}

/** Remembers at once: what is written here survives a reload in the next millisecond.
 * @param {string} key @param {unknown} value */
export function remember(key, value) {
  const raw = JSON.stringify(value);
  try {
    area()?.setItem(key, raw);
    memory.delete(key);
  } catch {
    memory.set(key, raw);
  }
}

/** @param {string} key */
export function forget(key) {
  memory.delete(key);
  area()?.removeItem(key);
}

/** For this tab alone, over its reloads; nothing where the browser refuses storage. @template T @param {string} key @param {T} fallback @returns {T} */
export function recallHere(key, fallback) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? fallback;
  } catch {
    return fallback;
  }
}

/** @param {string} key @param {unknown} value null forgets it */
export function rememberHere(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Then a reload ends what it could have gone on with.
  }
}

/** @param {string} prefix */
export function keysWith(prefix) {
  const store = area();
  const stored = store ? Array.from({ length: store.length }, (_, i) => store.key(i) ?? '') : [];
  return [...new Set([...stored, ...memory.keys()])].filter((key) => key.startsWith(prefix));
}

/** Whether several people use this device. */
export function isShared() {
  try {
    return Boolean(sessionStorage.getItem(SHARED));
  } catch {
    return false;
  }
}

/** Choose before signing in. @param {boolean} shared */
export function shareDevice(shared) {
  try {
    if (shared) sessionStorage.setItem(SHARED, '1');
    else sessionStorage.removeItem(SHARED);
  } catch {
    // Without storage there is nothing that could be left behind.
  }
}

/** Calls back when another tab changed a remembered value. @param {string} prefix @param {(key: string) => void} then */
export function whenOtherTabWrites(prefix, then) {
  addEventListener('storage', (event) => {
    if (event.key?.startsWith(prefix)) then(event.key);
  });
}

/** An id nobody else makes. crypto.randomUUID is missing on plain http, which a clinic's Wi-Fi may be. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * Runs `job` while no other tab runs one of the same name.
 * Web Locks are missing on plain http; a lease in storage does there, renewed by its holder, expired after a crash.
 * @template T @param {string} name @param {() => Promise<T>} job @returns {Promise<T>}
 */
export async function oneTabAtATime(name, job) {
  if (navigator.locks) return await navigator.locks.request('mc.' + name, job);
  const key = 'mc.lease.' + name;
  const me = newId();
  const take = () => remember(key, { me, until: Date.now() + 4000 });
  for (;;) {
    const lease = recall(key, { me: '', until: 0 });
    if (lease.until < Date.now()) {
      take();
      await new Promise((done) => setTimeout(done, 30));
      if (recall(key, { me: '', until: 0 }).me === me) break;
    }
    await new Promise((done) => setTimeout(done, 60 + Math.random() * 60));
  }
  const renewal = setInterval(take, 1000);
  try {
    return await job();
  } finally {
    clearInterval(renewal);
    forget(key);
  }
}

/**
 * Runs `job` unless another tab runs one of the same name.
 * @param {string} name @param {() => Promise<void>} job @returns {Promise<boolean>} whether it was run
 */
export async function unlessOtherTab(name, job) {
  if (navigator.locks) {
    return await navigator.locks.request('mc.' + name, { ifAvailable: true }, async (lock) => {
      if (lock) await job();
      return lock !== null;
    });
  }
  if (recall('mc.lease.' + name, { until: 0 }).until > Date.now()) return false;
  await oneTabAtATime(name, job);
  return true;
}
