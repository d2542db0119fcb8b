import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { TINTS, pictureOf, tintClass, tintOf } = await import('../../static/js/core/group-picture.js');
const { isMeant, isShown } = await import('../../static/js/core/filters.js');
const { membersOf } = await import('../../static/js/core/groups.js');
const { mustAsk, noteYes } = await import('../../static/js/core/large-group.js');

/** @param {object} [more] @returns {any} */
const chat = (more = {}) => ({ id: 'c1', type: 'direct', name: 'Dr. Nimali Perera', participants: [], unreadCount: 0, isPinned: false, isMuted: false, ...more });
/** @param {string} id @param {string} name @param {string} [specialty] */
const person = (id, name, specialty) => ({ id, name, firstName: name.split(' ')[0], lastName: '', role: 'doctor', specialty });

test('a group keeps its tint in the address of its picture', () => {
  for (const tint of TINTS) assert.equal(tintOf(pictureOf(tint)), tint);
  assert.equal(tintOf(`https://clinic.example${pictureOf('violet')}`), 'violet');
  assert.equal(tintOf(null), 'rose');
  assert.equal(tintOf('/icons/group.svg#nothing'), 'rose');
  assert.equal(tintOf('/uploads/chat/images/a.png'), 'rose');
  assert.equal(new Set(TINTS.map(tintClass)).size, TINTS.length);
});

test('what is put away shows only there', () => {
  const away = chat({ isArchived: true, unreadCount: 2, isPinned: true, type: 'group' });
  for (const filter of /** @type {const} */ (['all', 'unread', 'pinned', 'groups'])) assert.equal(isShown(away, filter), false, filter);
  assert.equal(isShown(away, 'archived'), true);
  assert.equal(isShown(chat(), 'archived'), false);
});

test('filters', () => {
  assert.equal(isShown(chat({ unreadCount: 1 }), 'unread'), true);
  assert.equal(isShown(chat(), 'unread'), false);
  assert.equal(isShown(chat(), 'unread', 'c1'), true, 'the open one stays while it is read');
  assert.equal(isShown(chat({ isPinned: true }), 'pinned'), true);
  assert.equal(isShown(chat({ type: 'group' }), 'groups'), true);
  assert.equal(isShown(chat(), 'groups'), false);
});

test('a conversation is meant by the beginnings of words, in any order, of names and of what people do', () => {
  const c = chat({ type: 'group', name: 'Ward 3 care team', participants: [person('me', 'Asha Silva'), person('n', 'Dr. Nimali Perera', 'Obstetrician'), person('k', 'கார்த்திகா சிவம்', 'Physiotherapy')] });
  for (const wanted of ['ward', 'team ward', 'NIM', 'perera nimali', 'obst', 'கார்', 'physio ward']) assert.ok(isMeant(c, wanted, 'me'), wanted);
  for (const wanted of ['imali', 'asha', 'ward 4', 'nimali x']) assert.ok(!isMeant(c, wanted, 'me'), wanted);
});

test('whoever looks after a group is named first, oneself last', () => {
  const c = chat({ groupAdmin: 'b', participants: [person('me', 'Asha'), person('c', 'Cara'), person('b', 'Zoe'), person('a', 'Bela')] });
  assert.deepEqual(membersOf(c, 'me').map(({ id }) => id), ['b', 'a', 'c', 'me']);
});

test('a large group is asked about once in each conversation and on each day', () => {
  const many = Array.from({ length: 10 }, (_, i) => person(String(i), `P${i}`));
  const large = chat({ type: 'group', participants: many });
  const noon = new Date(2026, 10, 22, 12).getTime();
  assert.equal(mustAsk(chat({ type: 'group', participants: many.slice(1) }), noon), false);
  assert.equal(mustAsk(undefined, noon), false);
  assert.equal(mustAsk(large, noon), true);
  noteYes(large, noon);
  assert.equal(mustAsk(large, noon + 3_600_000), false);
  assert.equal(mustAsk({ ...large, id: 'c2' }, noon), true);
  assert.equal(mustAsk(large, noon + 86_400_000), true);
});
