// The people one may write to, as the server finds them: a page at a time, by what one wishes for.

import { batch, signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { LANGS } from './i18n.js';
import { me } from './session.js';
import { people, putPeople } from './store.js';

/** @typedef {import('./types.js').Person} Person */
/** @typedef {{ wanted: string, role: string, specialty: string, language: string, onlyNow: boolean, order: string }} Wish */
/** @typedef {{ specialty: string, count: number }} Specialty */
/** @typedef {ReturnType<typeof finder>} Finder */

/** Nothing in particular. @type {Wish} */
export const ANYBODY = { wanted: '', role: '', specialty: '', language: '', onlyNow: false, order: 'availability' };
export const ORDERS = ['availability', 'rating', 'recent', 'name'];
/** The languages that people of a clinic here speak, under their own names. */
export const SPOKEN = Object.values(LANGS);

const PAGE = 24;
/** So long a pause in typing means: look now. */
const PAUSE = 200;
const PROFESSIONS = ['midwife', 'doctor', 'service_provider'];

/** The roles that one chooses among, in the order a mother looks for them. Pure. @param {string|undefined} role one's own */
export const rolesFor = (role) => (role === 'mom' ? PROFESSIONS : role === 'admin' ? [...PROFESSIONS, 'admin'] : ['mom', ...PROFESSIONS, 'admin']);

/** Whether the answer knows of specialties, languages and times: it does for professionals. Pure. @param {Wish} wish @param {string|undefined} mine */
export const hasFacets = (wish, mine) => PROFESSIONS.includes(wish.role) || (mine === 'mom' && !wish.role);

/** Where such people are asked for. Pure. @param {Wish} wish @param {number} page @param {string|undefined} mine one's own role @param {boolean} [plain] */
export function addressOf(wish, page, mine, plain = false) {
  const wanted = wish.wanted.trim();
  const query = new URLSearchParams({ page: String(page), limit: String(PAGE) });
  if (!plain && (hasFacets(wish, mine) || wish.role === 'mom')) {
    if (wanted) query.set('search', wanted);
    if (wish.order !== ANYBODY.order) query.set('sort', wish.order);
    if (wish.role === 'mom') return `/api/chat/midwife-chat-users?${query}`;
    if (wish.role) query.set('role', wish.role);
    if (wish.specialty) query.set('specialty', wish.specialty);
    if (wish.language) query.set('language', wish.language);
    if (wish.onlyNow) query.set('available', 'true');
    return `/api/chat/providers?${query}`;
  }
  query.set('query', wanted || '.');
  if (wish.role) query.set('role', wish.role);
  return `/api/chat/search?${query}`;
}

/**
 * Looks for people, and again whenever the wish changes. Answers to earlier wishes are dropped.
 * @param {{ plain?: boolean }} [how] plain: names and roles are enough, as for a list to pick from
 */
export function finder({ plain = false } = {}) {
  const wish = signal(ANYBODY);
  const list = signal(/** @type {Person[]} */ ([]));
  const total = signal(0);
  const specialties = signal(/** @type {Specialty[]} */ ([]));
  const state = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
  const hasMore = signal(false);
  let page = 0;
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @param {number} next */
  async function load(next) {
    const mine = ++turn;
    try {
      const answer = await get(addressOf(wish.value, next, plain ? undefined : me.value?.role, plain));
      if (mine !== turn) return;
      batch(() => {
        putPeople(answer.data);
        page = next;
        list.value = next === 1 ? answer.data : [...list.value, ...answer.data.filter((/** @type {Person} */ one) => !list.value.some(({ id }) => id === one.id))];
        total.value = answer.total ?? answer.pagination?.total ?? list.value.length;
        specialties.value = answer.specialties ?? [];
        hasMore.value = Boolean(answer.pagination?.hasNext);
        state.value = 'ready';
      });
    } catch {
      if (mine === turn && !list.value.length) state.value = 'failed';
    }
  }

  return {
    wish, list, total, specialties, state, hasMore,
    start: () => void load(1),
    more: () => load(page + 1),
    /** @param {Partial<Wish>} change */
    want(change) {
      wish.value = { ...wish.value, ...change };
      clearTimeout(timer);
      turn++;
      timer = setTimeout(() => void load(1), 'wanted' in change ? PAUSE : 0);
    },
  };
}

/** The people screen's own, kept while one looks at a profile and comes back. */
let kept = { owner: '', finder: finder() };
export function directory() {
  const owner = me.value?.id ?? '';
  if (kept.owner !== owner) kept = { owner, finder: finder() };
  return kept.finder;
}

/** With the latest presence. @param {Person} person @returns {Person} */
export function withPresence(person) {
  const known = Object.entries(people.value.get(person.id) ?? {}).filter(([, value]) => value !== undefined);
  return { ...person, ...Object.fromEntries(known) };
}
