import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STATIC, eagerModules, indexWithList, workerWithList } from './lists.mjs';

test('index.html asks for every module of the first screen (else: node lists.mjs --write)', () => {
  assert.equal(readFileSync(join(STATIC, 'index.html'), 'utf8'), indexWithList());
});

test('the service worker keeps every file of the app (else: node lists.mjs --write)', () => {
  assert.equal(readFileSync(join(STATIC, 'sw.js'), 'utf8'), workerWithList());
});

test('screens that come later are not loaded first', () => {
  const eager = eagerModules();
  for (const later of ['admin', 'calls', 'settings', 'people', 'setup']) assert.ok(!eager.includes(`js/screens/${later}.js`), later);
  // What makes a call comes with the first one.
  for (const later of ['core/call', 'core/peer', 'core/media', 'ui/call-layer']) assert.ok(!eager.includes(`js/${later}.js`), later);
});
