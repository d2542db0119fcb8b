import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { barsOf, barsOfLevels, barsPath, fewer, longest, loudness, nextRate, rateText, recorderType, seekBy, timeText } = await import('../../static/js/core/sound.js');

test('a sound that grows looks like one, and as the server draws it', () => {
  const samples = Float32Array.from({ length: 8000 }, (_, n) => ((n % 2 ? -1 : 1) * n) / 16_000);
  const bars = barsOf(samples);
  assert.equal(bars.length, 64);
  assert.equal(bars[63], 100);
  assert.ok(bars.every((bar, i) => bar >= (bars[i - 1] ?? 0)) && bars[0] >= 5 && bars[0] < 12, String(bars));
  assert.deepEqual(barsOf(new Float32Array([0, 0.0001])), [0, 0], 'silence');
  assert.deepEqual(barsOf(new Float32Array()), []);
  assert.deepEqual(barsOfLevels([0.5, 0.02]), [100, 20]);
  assert.equal(barsOfLevels(Array.from({ length: 1000 }, () => 0.1)).length, 64);
});

test('a moment is as loud as its samples', () => {
  assert.equal(loudness(Float32Array.from([0.5, -0.5, 0.5])), 0.5);
  assert.equal(loudness(new Float32Array()), 0);
});

test('fewer bars keep what is loud', () => {
  assert.deepEqual(fewer([1, 9, 2, 3, 8, 1], 3), [9, 3, 8]);
  assert.deepEqual(fewer([1, 2], 3), [1, 2]);
  assert.equal(fewer(Array.from({ length: 63 }, (_, i) => i), 32).length, 32);
  assert.equal(barsPath([0, 100]), 'M1.5 16.0v0.0M6.5 2.5v27.0');
});

test('times as people read them', () => {
  for (const [seconds, text] of [[0, '0:00'], [7.9, '0:07'], [750, '12:30'], [3723, '1:02:03'], [Infinity, '0:00'], [-1, '0:00']]) assert.equal(timeText(/** @type {number} */ (seconds)), text);
  assert.deepEqual([nextRate(1), nextRate(1.5), nextRate(2), nextRate(7)], [1.5, 2, 1, 1]);
  assert.equal(rateText(1.5), '1.5×');
});

test('keys move within the sound, in small steps where it is short', () => {
  assert.equal(seekBy('ArrowRight', 3, 100), 8);
  assert.equal(seekBy('ArrowLeft', 3, 100), 0);
  assert.equal(seekBy('ArrowUp', 3, 10), 4);
  assert.equal(seekBy('PageDown', 50, 100), 35);
  assert.deepEqual([seekBy('Home', 5, 9), seekBy('End', 5, 9)], [0, 9]);
  assert.equal(seekBy('Enter', 5, 9), undefined);
});

test('a recorder makes what plays everywhere, else what it can', () => {
  assert.equal(recorderType(() => true), 'audio/mp4;codecs=mp4a.40.2');
  assert.equal(recorderType((type) => type.startsWith('audio/webm')), 'audio/webm;codecs=opus');
  assert.equal(recorderType((type) => type === 'audio/mp4'), 'audio/mp4');
  assert.equal(recorderType(() => false), '');
});

test('nobody speaks longer than a file may be, or than anybody listens', () => {
  assert.equal(longest(50 << 20), 1800);
  assert.ok(longest(1 << 20) > 120 && longest(1 << 20) * 48_000 < (8 << 20));
});
