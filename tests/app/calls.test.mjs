import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.mjs';

const { openLine } = await import('../../static/js/core/line.js');
const { keepFresh } = await import('../../static/js/core/passwords.js');
const { judge, sampleOf, verdict } = await import('../../static/js/core/quality.js');
const { callIcon, isMissed, lasted } = await import('../../static/js/core/call-text.js');

/** @typedef {import('../../static/js/core/line.js').Signal} Signal */

/** Two ends of a call over a server that keeps the order and forgets what is meant for somebody who is away. */
function world() {
  let count = 0;
  const post = /** @type {{ to: 'caller'|'callee', signal: Signal }[]} */ ([]);
  const ends = /** @type {Record<string, any>} */ ({});

  /** A page is loaded. @param {'caller'|'callee'} who */
  const load = (who) => {
    const end = (ends[who] = { isHere: true, peer: null, line: null });
    end.line = openLine({
      isCaller: who === 'caller',
      send: (signal) => end.isHere && ends[who] === end && post.push({ to: who === 'caller' ? 'callee' : 'caller', signal: structuredClone(signal) }),
      make: (_, tell) => {
        const peer = (end.peer = /** @type {any} */ ({
          session: `${who}${++count}`, linked: '',
          isWell: () => false,
          show: () => {},
          restart: () => peer.linked && tell({ description: { type: 'offer' } }),
          close: () => {},
          take: (/** @type {Signal} */ { from, description }) => {
            if (!description) return;
            peer.linked = from;
            if (description.type === 'offer') tell({ description: { type: 'answer' } });
          },
        }));
        if (who === 'caller') queueMicrotask(() => tell({ description: { type: 'offer' } }));
        return peer;
      },
    });
    return end;
  };
  const deliver = async () => {
    await null;
    const next = post.shift();
    if (next && ends[next.to].isHere) ends[next.to].line.take(next.signal);
    return Boolean(next);
  };
  const settle = async () => {
    for (let steps = 0; await deliver(); ) assert.ok(++steps < 200, 'they never stop talking');
    await null;
    if (post.length) await settle();
  };
  const areLinked = () => ends.caller.peer?.linked === ends.callee.peer?.session && ends.callee.peer?.linked === ends.caller.peer?.session;
  return { load, deliver, settle, ends, areLinked };
}

test('a call is laid by the caller’s first offer', async () => {
  const { load, settle, areLinked } = world();
  load('callee');
  load('caller').line.begin();
  await settle();
  assert.ok(areLinked());
});

test('a page that was loaded anew finds the other again, whichever it is', async () => {
  for (const who of /** @type {const} */ (['caller', 'callee'])) {
    const { load, settle, areLinked } = world();
    load('callee');
    load('caller').line.begin();
    await settle();
    load(who).line.hello();
    await settle();
    assert.ok(areLinked(), who);
  }
});

test('a broken socket alone changes nothing', async () => {
  const { load, settle, ends, areLinked } = world();
  load('callee');
  load('caller').line.begin();
  await settle();
  const before = [ends.caller.peer, ends.callee.peer];
  ends.caller.line.hello();
  ends.callee.line.hello();
  await settle();
  assert.ok(areLinked());
  assert.deepEqual([ends.caller.peer, ends.callee.peer], before);
});

test('whatever breaks and in whatever order it comes back, both end up with each other', async () => {
  let seed = 7;
  const random = (/** @type {number} */ n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 2000; round++) {
    const { load, deliver, settle, ends, areLinked } = world();
    load('callee');
    load('caller').line.begin();
    for (let step = 0; step < 12; step++) {
      const who = /** @type {const} */ (['caller', 'callee'])[random(2)];
      switch (random(4)) {
        case 0:
          ends[who].isHere = false;
          break;
        case 1:
          // Back with the same page, or with a new one.
          if (!ends[who].isHere && random(2)) {
            ends[who].isHere = true;
            ends[who].line.hello();
          } else if (random(2)) load(who).line.hello();
          break;
        default:
          await deliver();
      }
    }
    for (const who of ['caller', 'callee']) {
      if (ends[who].isHere) continue;
      ends[who].isHere = true;
      ends[who].line.hello();
    }
    await settle();
    assert.ok(areLinked(), `round ${round}`);
  }
});

/** @param {Partial<import('../../static/js/core/quality.js').Sample>} more */
const sample = (more) => ({ at: 0, received: 0, lost: 0, bytes: 0, roundTrip: 0.05, jitter: 0.01, frames: 0, isLimited: false, route: /** @type {const} */ ('direct'), ...more });

test('how good a line is', () => {
  const before = sample({ received: 1000, lost: 10 });
  assert.equal(judge(before, sample({ received: 1100, lost: 10 })), 'good');
  assert.equal(judge(before, sample({ received: 1095, lost: 15 })), 'fair');
  assert.equal(judge(before, sample({ received: 1080, lost: 30 })), 'poor');
  assert.equal(judge(before, sample({ received: 1100, lost: 10, roundTrip: 0.4 })), 'fair');
  assert.equal(judge(before, sample({ received: 1100, lost: 10, jitter: 0.2 })), 'poor');
  assert.equal(judge(before, sample({ received: 1000, lost: 10 })), 'poor', 'nothing comes');
  assert.equal(judge(before, sample({ received: 1000, lost: 10 }), false), 'good', 'nothing is to come');
});

test('what is said of it changes slowly', () => {
  assert.deepEqual(verdict([]), { shown: 'good', isBad: false });
  assert.deepEqual(verdict(['good', 'poor', 'good']), { shown: 'poor', isBad: false });
  assert.deepEqual(verdict(['poor', 'good', 'good']), { shown: 'good', isBad: false });
  assert.deepEqual(verdict(['fair', 'poor', 'poor', 'poor']), { shown: 'poor', isBad: true });
});

test('whoever talks long gets new passwords for the relay in time', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const answers = [{ iceServers: ['b'], ttl: 600 }, null, { iceServers: ['c'], ttl: 600 }];
  const used = /** @type {any[]} */ ([]);
  let asked = 0;
  const pass = async (/** @type {number} */ ms) => {
    mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await null;
  };
  const end = keepFresh([{ urls: 'turn:a', credential: 'x' }], async () => answers[asked++], (servers) => used.push(servers));
  await pass(59_999);
  assert.equal(asked, 0);
  await pass(1);
  assert.deepEqual([asked, used], [1, [['b']]]);
  await pass(299_999);
  assert.equal(asked, 1);
  await pass(1);
  // Without an answer it asks again soon.
  assert.deepEqual([asked, used.length], [2, 1]);
  await pass(30_000);
  assert.deepEqual([asked, used.at(-1)], [3, ['c']]);
  end();
  await pass(10_000_000);
  assert.equal(asked, 3);
  // What needs no password lasts.
  keepFresh([{ urls: 'stun:a' }], async () => answers[asked++], () => {});
  await pass(10_000_000);
  assert.equal(asked, 3);
});

test('counts are taken from what the browser reports', () => {
  const report = new Map(
    [
      { id: 'a', type: 'inbound-rtp', kind: 'audio', packetsReceived: 5, packetsLost: 1, bytesReceived: 10, jitter: 0.02 },
      { id: 'v', type: 'inbound-rtp', kind: 'video', packetsReceived: 7, packetsLost: -1, bytesReceived: 90, framesDecoded: 3 },
      { id: 'o', type: 'outbound-rtp', kind: 'video', qualityLimitationReason: 'bandwidth' },
      { id: 'p', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.1, localCandidateId: 'l', remoteCandidateId: 'r' },
      { id: 'l', type: 'local-candidate', candidateType: 'relay' },
      { id: 'r', type: 'remote-candidate', candidateType: 'host' },
    ].map((one) => [one.id, one]),
  );
  const { at, ...counts } = sampleOf(/** @type {any} */ (report));
  assert.deepEqual(counts, { received: 12, lost: 1, bytes: 100, roundTrip: 0.1, jitter: 0.02, frames: 3, isLimited: true, route: 'relay' });
  assert.ok(at >= 0);
});

test('what became of a call, for both', () => {
  assert.equal(lasted(252), '4:12');
  assert.equal(lasted(3852), '1:04:12');
  assert.equal(lasted(0), '0:00');
  const told = (/** @type {string} */ status, /** @type {'in'|'out'} */ direction) => ({ status, direction });
  assert.ok(isMissed(told('missed', 'in')) && isMissed(told('cancelled', 'in')) && isMissed(told('busy', 'in')));
  assert.ok(!isMissed(told('missed', 'out')) && !isMissed(told('rejected', 'in')) && !isMissed(told('ended', 'in')));
  assert.equal(callIcon(told('missed', 'in')), 'phone-missed');
  assert.equal(callIcon(told('ended', 'in')), 'phone-incoming');
  assert.equal(callIcon(told('missed', 'out')), 'phone-outgoing');
});
