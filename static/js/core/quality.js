// How good a connection is, from what the browser counts. Pure, but for reading the counts.

/** @typedef {'good'|'fair'|'poor'} Quality */
/**
 * Counts at one moment; times in seconds.
 * @typedef {object} Sample
 * @property {number} at in milliseconds
 * @property {number} received packets of sound and picture
 * @property {number} lost
 * @property {number} bytes
 * @property {number|null} roundTrip
 * @property {number} jitter of the sound
 * @property {number} frames pictures decoded
 * @property {boolean} isLimited the own picture is made smaller because the line is narrow
 * @property {'direct'|'relay'|null} route
 */

/** @param {RTCStatsReport} report @returns {Sample} */
export function sampleOf(report) {
  /** @type {Sample} */
  const sample = { at: performance.now(), received: 0, lost: 0, bytes: 0, roundTrip: null, jitter: 0, frames: 0, isLimited: false, route: null };
  const pairs = /** @type {any[]} */ ([]);
  for (const one of /** @type {Iterable<any>} */ (report.values())) {
    if (one.type === 'inbound-rtp') {
      sample.received += one.packetsReceived ?? 0;
      sample.lost += Math.max(0, one.packetsLost ?? 0);
      sample.bytes += one.bytesReceived ?? 0;
      sample.frames += one.framesDecoded ?? 0;
      if (one.kind === 'audio') sample.jitter = one.jitter ?? 0;
    } else if (one.type === 'outbound-rtp' && one.qualityLimitationReason === 'bandwidth') sample.isLimited = true;
    else if (one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded') pairs.push(one);
  }
  const pair = pairs.find((one) => one.bytesReceived) ?? pairs[0];
  if (pair) {
    sample.roundTrip = pair.currentRoundTripTime ?? null;
    const ends = [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
    sample.route = ends.some((end) => end?.candidateType === 'relay') ? 'relay' : 'direct';
  }
  return sample;
}

/** Beyond the first a voice sounds broken now and then, beyond the second it is hard to follow. */
const LOSS = [0.03, 0.1];
const ROUND_TRIP = [0.3, 0.7];
const JITTER = [0.04, 0.1];

/** Pure. @param {Sample} before @param {Sample} now @param {boolean} [expected] whether the other side sends anything @returns {Quality} */
export function judge(before, now, expected = true) {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const loss = lost / Math.max(1, received + lost);
  /** @param {number} value @param {number[]} limits */
  const beyond = (value, limits) => limits.filter((limit) => value > limit).length;
  // Somebody who is muted still sends; without a microphone nothing comes.
  const silent = expected && received <= 0 ? 2 : 0;
  const worst = Math.max(beyond(loss, LOSS), beyond(now.roundTrip ?? 0, ROUND_TRIP), beyond(now.jitter, JITTER), silent);
  return /** @type {const} */ (['good', 'fair', 'poor'])[worst];
}

/** So many bad samples in a row make an advice; so many good ones take a bad word back. */
const BAD = 3;
const CALM = 2;

/** What is shown changes slowly. Pure. @param {Quality[]} history the newest last @returns {{ shown: Quality, isBad: boolean }} */
export function verdict(history) {
  const lately = history.slice(-CALM);
  const shown = lately.includes('poor') ? 'poor' : lately.includes('fair') ? 'fair' : 'good';
  return { shown, isBad: history.length >= BAD && history.slice(-BAD).every((one) => one === 'poor') };
}
