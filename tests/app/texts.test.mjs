import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STATIC } from './lists.mjs';
import './browser.mjs';

/** @typedef {Record<string, string | Record<string, string>>} Texts */
/** @param {string} name @returns {Texts} */
const load = (name) => JSON.parse(readFileSync(join(STATIC, 'i18n', `${name}.json`), 'utf8'));
const en = load('en');

/** @param {string | Record<string, string>} text */
const places = (text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/gu))].sort();

for (const name of ['si', 'ta']) {
  test(`${name} says everything that English says, with the same places`, () => {
    const other = load(name);
    assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en)) {
      assert.equal(typeof other[key], typeof en[key], key);
      assert.deepEqual(places(other[key]), places(en[key]), key);
      assert.ok(JSON.stringify(other[key]).length > 2, key);
    }
  });
}

const code = readdirSync(join(STATIC, 'js'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.js'))
  .map((path) => readFileSync(join(STATIC, 'js', path), 'utf8'))
  .join('\n');

test('every text that the code asks for exists, and none is left over', () => {
  const asked = [...code.matchAll(/'([a-z][A-Za-z]*(?:\.[\w]+)*)'/gu)].map(([, key]) => key);
  const patterns = [...code.matchAll(/t\((?:[^()`]*\? )?`([^`$]+)\$\{/gu), ...code.matchAll(/prefix="([^"]+)"/gu)].map(([, start]) => start);
  const direct = [...code.matchAll(/\bt\('([^']+)'/gu)].map(([, key]) => key);
  for (const key of direct) assert.ok(key in en, `no text for ${key}`);
  const used = new Set(asked);
  const left = Object.keys(en).filter((key) => !used.has(key) && !patterns.some((start) => key.startsWith(start)) && !key.startsWith('error.'));
  assert.deepEqual(left, []);
});

const { dayTitle, longWhen, shortWhen } = await import('../../static/js/core/dates.js');
const { lang } = await import('../../static/js/core/i18n.js');
const words = { today: 'Today', yesterday: 'Yesterday' };
const now = new Date(2026, 10, 22, 15, 42).getTime(); // a Sunday

test('when, in three languages', () => {
  const at = (/** @type {number} */ month, /** @type {number} */ day, year = 2026) => new Date(year, month, day, 9, 5).getTime();
  lang.value = 'en';
  assert.equal(shortWhen(at(10, 22), now), '9:05');
  assert.equal(shortWhen(at(10, 21), now), 'Sat');
  assert.equal(shortWhen(at(10, 12), now), '12 Nov');
  assert.equal(shortWhen(at(10, 12, 2025), now), '12 Nov 2025');
  assert.equal(dayTitle(at(10, 22), words, now), 'Today');
  assert.equal(dayTitle(at(10, 21), words, now), 'Yesterday');
  assert.equal(dayTitle(at(10, 19), words, now), 'Thursday');
  assert.equal(dayTitle(at(9, 1), words, now), 'Thursday, 1 October');
  assert.equal(longWhen(at(10, 19), words, now), 'Thursday, 9:05');
  lang.value = 'si';
  assert.equal(shortWhen(at(10, 21), now), 'සෙන');
  assert.equal(dayTitle(at(9, 1), words, now), 'බ්‍රහස්පතින්දා, ඔක්තෝබර් 1');
  lang.value = 'ta';
  assert.equal(dayTitle(at(10, 19), words, now), 'வியாழன்');
});

const { initials, langOf, shortName } = await import('../../static/js/core/text.js');

test('names', () => {
  assert.equal(initials('Dr. Nimali Perera'), 'NP');
  assert.equal(initials('Fathima'), 'F');
  assert.equal(initials('கார்த்திகா சிவம்'), 'கா');
  assert.equal(langOf('හරි ඩොක්ටර්'), 'si');
  assert.equal(langOf('Hello'), undefined);
  assert.equal(shortName({ name: 'Dr. Nimali Perera', firstName: 'Nimali' }), 'Dr. Nimali');
});
