import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { endingOf, kindOf, nameOf, sift, sizeText, sumOf } = await import('../../static/js/core/files.js');

/** @param {string} name @param {string} [type] @param {number} [size] */
const file = (name, type = '', size = 1000) => ({ name, type, size });

test('the kind of a file, from its type or its name', () => {
  assert.equal(kindOf(file('a.bin', 'image/png')), 'image');
  assert.equal(kindOf(file('film.MOV')), 'video');
  assert.equal(kindOf(file('note.opus')), 'audio');
  assert.equal(kindOf(file('plan.pdf', 'application/pdf')), 'file');
  assert.equal(kindOf(file('who knows')), 'file');
  assert.equal(endingOf('a.tar.GZ'), 'gz');
  assert.equal(endingOf('folder.d/name'), '');
  assert.equal(nameOf({ type: 'audio/webm;codecs=opus' }), 'file.webm');
});

test('several files are said in one word where they are alike', () => {
  const all = (/** @type {any[]} */ ...kinds) => sumOf(kinds.map((fileType) => ({ fileType })));
  assert.deepEqual(all(), { fileCount: 0, fileType: null });
  assert.deepEqual(sumOf(undefined), { fileCount: 0, fileType: null });
  assert.deepEqual(all('image', 'image'), { fileCount: 2, fileType: 'image' });
  assert.deepEqual(all('image', 'video', 'image'), { fileCount: 3, fileType: 'file' });
});

test('sizes as people say them', () => {
  assert.deepEqual([0, 512, 1024, 422_000, 1_048_576, 1_500_000, 52_428_800].map(sizeText), ['0 B', '512 B', '1 KB', '412 KB', '1 MB', '1.4 MB', '50 MB']);
});

test('what may not go is left out by name and with its reason, before anything is sent', () => {
  const most = { size: 5000, count: 5 };
  const wanted = [file('1.jpg'), file('large.jpg', 'image/jpeg', 5001), file('2.png'), file('x.exe'), file('3.pdf'), file('empty.txt', '', 0), file('4.txt'), file('5.mp4'), file('6.mp3')];
  const { taken, refused } = sift(wanted, 0, most);
  assert.deepEqual(taken.map(({ name }) => name), ['1.jpg', '2.png', '3.pdf', '4.txt', '5.mp4']);
  assert.deepEqual(refused, [{ name: 'large.jpg', why: 'large' }, { name: 'x.exe', why: 'type' }, { name: 'empty.txt', why: 'empty' }, { name: '6.mp3', why: 'many' }]);
  assert.deepEqual(sift([file('6.jpg')], 5, most).refused, [{ name: '6.jpg', why: 'many' }], 'those that are chosen already count');
  assert.deepEqual(sift([file('', 'image/png')], 0, most).refused, [], 'what is pasted has no name');
});

const { hasRunOut, here } = await import('../../static/js/core/addresses.js');

test('addresses lead to the host of the app, until they run out', () => {
  assert.equal(here('http://10.0.0.5:5000/uploads/chat/images/a.jpg?e=100&s=x'), '/uploads/chat/images/a.jpg?e=100&s=x');
  assert.equal(here('blob:http://clinic.example/1'), 'blob:http://clinic.example/1');
  assert.equal(hasRunOut('/a.jpg?e=1000&s=x', 900_000), false);
  assert.equal(hasRunOut('/a.jpg?e=1000&s=x', 950_000), true, 'not begun with in its last minute');
  assert.equal(hasRunOut('blob:1', 950_000), false);
});

const { filesOf, joined } = await import('../../static/js/core/shared-files.js');
const { inOrder } = await import('../../static/js/core/viewed.js');

test('files of messages, newest first in lists and oldest first where one turns pages', () => {
  const message = (/** @type {number} */ seq, /** @type {string[]} */ ...ids) => /** @type {any} */ ({ id: `m${seq}`, seq, conversationId: 'c', senderId: 's', content: '', createdAt: '', attachments: ids.map((id) => ({ id })) });
  const list = joined(filesOf(message(1, 'a', 'b')), filesOf(message(3, 'd')), filesOf(message(2, 'c')), filesOf(message(1, 'a', 'b')));
  assert.deepEqual(list.map(({ id }) => id), ['d', 'c', 'a', 'b']);
  assert.deepEqual(inOrder(list).map(({ id }) => id), ['a', 'b', 'c', 'd']);
  assert.deepEqual(filesOf({ ...message(1, 'a'), isDeleted: true }), []);
});

const { WHOLE, LARGEST, around, fitted, held } = await import('../../static/js/core/zoom.js');

test('looking closely: the point under the finger stays, and the picture stays in its frame', () => {
  const frame = { width: 400, height: 800 };
  const drawn = fitted({ width: 4000, height: 2000 }, frame);
  assert.deepEqual(drawn, { width: 400, height: 200 });
  assert.deepEqual(fitted({ width: 40, height: 40 }, frame), { width: 80, height: 80 }, 'a small one is not blown up');
  const close = around(WHOLE, 4, 100, 20);
  assert.deepEqual([(100 - close.x) / close.scale, (20 - close.y) / close.scale], [100, 20]);
  assert.equal(around(close, 100, 0, 0).scale, LARGEST);
  assert.equal(around(close, 0.01, 0, 0).scale, 1);
  assert.deepEqual(held({ scale: 4, x: 9000, y: 9000 }, drawn, frame), { scale: 4, x: 600, y: 0 });
  assert.deepEqual(held({ scale: 1, x: 50, y: 50 }, drawn, frame), WHOLE);
});

const { mine } = { mine: { id: 'me' } };
const { session } = await import('../../static/js/core/session.js');
const { amend, letters, pendingOf, strike, write } = await import('../../static/js/core/outbox.js');

test('a letter with files shows them at once, and what stands behind it waits', () => {
  session.value = /** @type {any} */ ({ token: 't', refreshToken: 'r', expiresAt: '', user: mine });
  const parcel = { key: 'me.1', name: 'a.jpg', type: 'image/jpeg', size: 5, fileType: /** @type {const} */ ('image') };
  const id = write('c', 'look', { files: [parcel, { ...parcel, key: 'me.2', name: 'b.pdf', fileType: 'file' }] });
  const [shown] = pendingOf('c');
  assert.deepEqual([shown.messageType, shown.attachments?.map((one) => [one.originalName, one.letter])], ['image', [['a.jpg', id], ['b.pdf', id]]]);
  assert.equal(shown.status, 'waiting');
  amend(id, (l) => ({ ...l, refused: 'FILE_TOO_LARGE' }));
  assert.equal(pendingOf('c')[0].status, 'failed');
  strike(id);
  assert.deepEqual(letters.value, []);
  session.value = null;
});
