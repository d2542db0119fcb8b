import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STATIC } from './lists.mjs';
import './browser.mjs';

const { setLang } = await import('../../static/js/core/i18n.js');
const { systemText } = await import('../../static/js/core/system.js');
globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ path) => ({ json: async () => JSON.parse(readFileSync(join(STATIC, path), 'utf8')) }));
await setLang('en');

/** @param {string} action @param {object} [more] */
const said = (action, more = {}) =>
  systemText({ content: 'The server’s own sentence.', systemData: { action, actorId: 'a', actorName: 'Asha', userIds: ['b', 'me'], names: ['Ruwan', 'Mala'], name: 'Care', ...more } }, 'me');

test('what happened to a group, from where the reader stands', () => {
  assert.equal(said('created'), 'Asha started the group “Care”');
  assert.equal(said('added'), 'Asha added you, Ruwan');
  assert.equal(said('removed', { actorId: 'me', userIds: ['b'], names: ['Ruwan'] }), 'You removed Ruwan');
  assert.equal(said('left'), 'Asha left');
  assert.equal(said('renamed', { actorId: 'me' }), 'You named the group “Care”');
  assert.equal(said('admin', { userIds: ['me'], names: ['Mala'] }), 'You now look after the group');
  assert.equal(said('admin', { userIds: ['b'], names: ['Ruwan'] }), 'Ruwan now looks after the group');
});

test('of many only a few are named', () => {
  assert.equal(said('added', { userIds: ['1', '2', '3', '4', '5'], names: ['A', 'B', 'C', 'D', 'E'] }), 'Asha added A, B, C and 2 more');
});

test('what this app does not know yet is said in the server’s words', () => {
  assert.equal(said('frozen'), 'The server’s own sentence.');
  assert.equal(systemText({ content: 'Welcome', systemData: null }, 'me'), 'Welcome');
});

const { grouped } = await import('../../static/js/ui/message-info.js');

test('each recipient stands where they came last, the first to do so first', () => {
  const m = /** @type {any} */ ({ acks: [{ userId: 'd', at: '4' }] });
  const receipts = /** @type {any[]} */ ([
    { userId: 'a', status: 'sent', readAt: null, deliveredAt: null },
    { userId: 'b', status: 'read', readAt: '3', deliveredAt: '1' },
    { userId: 'c', status: 'read', readAt: '2', deliveredAt: '1' },
    { userId: 'd', status: 'read', readAt: '2', deliveredAt: '1' },
    { userId: 'e', status: 'delivered', readAt: null, deliveredAt: '1' },
  ]);
  const groups = grouped(m, receipts);
  assert.deepEqual(
    Object.entries(groups).map(([kind, list]) => `${kind} ${list.map(({ userId }) => userId).join('')}`),
    ['acked d', 'read cb', 'delivered e', 'sent a'],
  );
});
