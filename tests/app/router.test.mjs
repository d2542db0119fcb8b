import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { parse } = await import('../../static/js/core/router.js');
const { strength } = await import('../../static/js/ui/field.js');

test('addresses', () => {
  assert.deepEqual(parse('/'), { screen: 'home' });
  assert.deepEqual(parse('/chats'), { screen: 'chats' });
  assert.deepEqual(parse('/chats/abc_1'), { screen: 'chats', id: 'abc_1' });
  assert.deepEqual(parse('/people'), { screen: 'people' });
  assert.deepEqual(parse('/people/x'), { screen: 'people', id: 'x' });
  assert.deepEqual(parse('/chats/%'), { screen: 'missing' });
  assert.deepEqual(parse('/settings/x'), { screen: 'missing' });
  assert.deepEqual(parse('/reset'), { screen: 'reset-password' });
  assert.deepEqual(parse('/nowhere'), { screen: 'missing' });
});

test('a long sentence is stronger than a short riddle', () => {
  assert.equal(strength('Xy7$'), 1);
  assert.equal(strength('password'), 1);
  assert.ok(strength('four plain words here') > strength('Xy7$abcd'));
});
