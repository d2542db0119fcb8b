import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STATIC } from './lists.mjs';
import './browser.mjs';

const { KINDS, NOTHING, queryOf } = await import('../../static/js/core/audit.js');

test('every action that the server knows has a word, and stands in one kind', () => {
  const source = readFileSync(join(STATIC, '../src/contract/audit.rs'), 'utf8');
  const known = [...source.matchAll(/\(Self::\w+, "([a-z_]+)"\)/gu)].map(([, word]) => word).sort();
  assert.ok(known.length > 30);
  const en = JSON.parse(readFileSync(join(STATIC, 'i18n/en.json'), 'utf8'));
  assert.deepEqual(Object.keys(en).filter((key) => key.startsWith('audit.did.')).map((key) => key.slice('audit.did.'.length)).sort(), known);
  assert.deepEqual(Object.values(KINDS).flat().sort(), known);
  for (const kind of Object.keys(KINDS)) assert.ok(`audit.kind.${kind}` in en, kind);
});

test('what is asked for', () => {
  assert.equal(String(queryOf(NOTHING)), '');
  assert.equal(String(queryOf({ ...NOTHING, kind: 'messages', who: 'ab' }, 7)), 'action=message_edited%2Cmessage_deleted%2Cfile_deleted&who=ab&cursor=7');
  const day = queryOf({ ...NOTHING, from: '2026-11-22', to: '2026-11-22' });
  const [from, to] = ['from', 'to'].map((name) => Date.parse(day.get(name) ?? ''));
  assert.equal(new Date(from).getHours(), 0);
  assert.equal(to - from, 86_400_000 - 1);
  assert.equal(String(queryOf({ ...NOTHING, from: 'nonsense' })), '');
});
