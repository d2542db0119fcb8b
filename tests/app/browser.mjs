// The little of a browser that the pure modules touch when they are loaded.

const kept = new Map();
const storage = {
  getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  removeItem: (/** @type {string} */ key) => void kept.delete(key),
  key: (/** @type {number} */ i) => [...kept.keys()][i] ?? null,
  get length() {
    return kept.size;
  },
};
const nothing = () => {};

Object.assign(globalThis, {
  localStorage: storage,
  sessionStorage: { ...storage, getItem: () => null },
  addEventListener: nothing,
  matchMedia: () => ({ matches: false }),
  document: { documentElement: { dataset: {} }, addEventListener: nothing, hasFocus: () => true, visibilityState: 'visible' },
  location: { pathname: '/', origin: 'http://clinic.example' },
});
