// The people one may write to.

import { signal } from '../../vendor/preact.js';
import { get } from './api.js';
import { me } from './session.js';
import { people, putPeople } from './store.js';
import { folded } from './text.js';

/** @typedef {import('./types.js').Person} Person */

export const directory = signal(/** @type {Person[]} */ ([]));
export const directoryState = signal(/** @type {'loading'|'ready'|'failed'} */ ('loading'));
let owner = '';

/** Mothers see the care team with what helps them choose; staff see everyone they may contact. */
export async function loadDirectory() {
  if (owner !== me.value?.id) {
    owner = me.value?.id ?? '';
    directory.value = [];
    directoryState.value = 'loading';
  }
  try {
    const { data } = await get(me.value?.role === 'mom' ? '/api/chat/providers' : '/api/chat/search?query=.');
    putPeople(data);
    directory.value = data;
    directoryState.value = 'ready';
  } catch (error) {
    if (!directory.value.length) directoryState.value = 'failed';
    throw error;
  }
}

/** With the latest presence. @param {Person} person @returns {Person} */
export const withPresence = (person) => ({ ...person, ...people.value.get(person.id) });

/** @param {Person} person */
export const isAvailable = (person) => person.availability === 'available' && Boolean(person.isOnline);

/** @param {Person} person @param {string} wanted */
export const matches = (person, wanted) =>
  folded([person.name, person.specialty, person.location, person.bio].filter(Boolean).join(' ')).includes(folded(wanted.trim()));

/** The roles that occur, in the order a mother looks for them. @param {Person[]} list */
export const rolesIn = (list) =>
  /** @type {const} */ (['midwife', 'doctor', 'service_provider', 'mom', 'admin']).filter((role) => list.some((person) => person.role === role));
