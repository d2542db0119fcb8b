// A call from its first ring to its end: what is pressed here, what the server says, and what the two sides tell each other.

import { batch, computed, effect, signal } from '../../vendor/preact.js';
import { announce } from './announce.js';
import { get } from './api.js';
import { endText } from './call-text.js';
import { KEPT, call, canCall, elsewhere, isElsewhere, lookElsewhere, missedFrom } from './calls.js';
import { recallHere, rememberHere } from './device.js';
import { t } from './i18n.js';
import { openLine } from './line.js';
import { camera, closeCamera, isMuted, microphone, mute, open, picture, release, shown, stopSharing } from './media.js';
import { dropCallNotice, notifyCall } from './notify.js';
import { keepFresh } from './passwords.js';
import { pause } from './player.js';
import { judge, verdict } from './quality.js';
import { recordingIn, stop } from './recorder.js';
import { ring, silence } from './ringing.js';
import { me } from './session.js';
import { ask, connectionId, emit, link } from './socket.js';
import { conversation, conversations, partner } from './store.js';

/** @typedef {import('./types.js').CallState} CallState */
/** @typedef {import('./types.js').CallType} CallType */
/** @typedef {import('./types.js').Callee} Callee */
/** @typedef {import('./types.js').CallEnd} CallEnd */
/** @typedef {import('./types.js').Shown} Shown */
/** @typedef {import('./quality.js').Sample} Sample */

/** What the other side lets one hear and see. */
export const theirs = signal(/** @type {Shown} */ ({ audio: true, video: false, screen: false }));
export const theirSound = signal(/** @type {MediaStream|null} */ (null));
export const theirPicture = signal(/** @type {MediaStream|null} */ (null));
/** How good the connection is; `isLimited`: the own picture is made smaller. */
export const signalStrength = signal(/** @type {{ quality: import('./quality.js').Quality, isLimited: boolean, route: Sample['route'] }} */ ({ quality: 'good', isLimited: false, route: null }));
/** The connection between the two browsers is being looked for again. */
export const isLost = signal(false);
/** Voice alone would be better; asked once a call. */
export const advised = signal(false);
/** Pictures rest on both sides because somebody here wants it so, or because nobody answered the advice and it stayed bad. */
export const voiceOnly = signal(/** @type {'mine'|'weak'|null} */ (null));
/** The own picture rests on the other side's wish. */
export const restsForThem = signal(false);
/** Seconds since it was answered. */
export const elapsed = signal(0);

const NOTHING = { audio: true, video: false, screen: false };
/** The server listens to no more names of connections. */
const MOST_HELD = 16;
const SAMPLE = 2000;
/** So many bad samples an advice waits for an answer. */
const PATIENCE = 5;
/** How long the last words of a call stay, where nothing is to be done. */
const LAST_WORDS = 3500;

/** @type {import('./line.js').Line|null} */
let line = null;
/** The connections to the server over which this page may be in its call: several as long as an answer is missing. */
const held = signal(/** @type {string[]} */ ([]));
/** Somebody who rang while another call was just being made or put away. @type {any} */
let waiting = null;
/** What was told of a call before the answer to the question for it: both come as fast as they can. @type {[string, any][]} */
let early = [];
/** More than is told of a call within one answer's time. */
const MOST_EARLY = 64;
/** @type {(() => void)[]} what ends with the call */
let ends = [];
/** What the server said with the call that rings here. @type {any} */
let offered = null;
/** What somebody has said about pictures on a weak line is not asked again. */
let isDecided = false;
/** Whether the own camera comes back with the pictures. */
let hadCamera = false;
/** The server is being told that this call is answered, over as many connections as it takes. */
let isTelling = false;

/** @param {Partial<CallState>} more */
const change = (more) => {
  if (call.value) call.value = { ...call.value, ...more };
};
const phase = () => call.value?.phase;
const isAnswered = computed(() => Boolean(call.value?.since));
/** Whether this call is still the one it was before something was waited for. @param {CallState} before */
const isSame = (before) => call.value?.other === before.other && phase() !== 'ended';

/** @param {Omit<CallState, 'since'|'away'|'isSmall'|'end'>} begun */
function begin(begun) {
  put();
  batch(() => {
    theirs.value = { ...NOTHING, video: begun.direction === 'in' && begun.type === 'video' };
    call.value = { since: null, away: false, isSmall: false, end: null, ...begun };
  });
}

/** Takes everything of the last call away. */
function put() {
  silence();
  dropCallNotice();
  line?.close();
  line = null;
  for (const end of ends) end();
  ends = [];
  release();
  rememberHere(KEPT, null);
  batch(() => {
    theirs.value = NOTHING;
    theirSound.value = theirPicture.value = null;
    signalStrength.value = { quality: 'good', isLimited: false, route: null };
    isLost.value = advised.value = false;
    voiceOnly.value = null;
    restsForThem.value = false;
    isDecided = hadCamera = false;
    held.value = [];
    early = [];
    elapsed.value = 0;
  });
}

/** Back to where one was; whoever rang meanwhile is heard now. */
export function clear() {
  put();
  call.value = null;
  const next = waiting;
  waiting = null;
  if (next) incoming(next.type, next.data);
}

/** What is needed to go on after a reload of this tab. */
function keep() {
  const now = call.value;
  if (!now?.id || !['ringing', 'connecting', 'active'].includes(now.phase)) return;
  const { id, conversationId, type, direction, other, since } = now;
  rememberHere(KEPT, { id, conversationId, type, direction, other, since, video: shown.value.video, isMuted: isMuted.value, line: held.value });
}

/**
 * One tab has a call: a copy of the tab remembers it, too, and must leave it alone.
 * @param {string} id @returns {Promise<(() => void)|null>} lets it go; null when another tab has it
 */
const hold = (id) =>
  new Promise((tell) => {
    if (!navigator.locks) return tell(() => {});
    // The page before a reload gives it back as it goes.
    navigator.locks
      .request(`mc.call.${id}`, { signal: AbortSignal.timeout(3000) }, () => new Promise((end) => tell(() => end(undefined))))
      .catch(() => tell(null));
  });

/** For as long as the call lasts. @param {CallState} now @param {string} id */
const holdOn = (now, id) => void hold(id).then((free) => free && (isSame(now) ? ends.push(free) : free()));

/** Begins, answers or goes on with a call. Its answer may be lost, so the connection counts from the question on. @param {string} event @param {any} data */
async function take(event, data) {
  const id = connectionId();
  if (id) held.value = [...held.value.filter((one) => one !== id), id].slice(-MOST_HELD);
  const answer = await ask(event, data);
  held.value = [id];
  return answer;
}
/** Goes on with a call that this page was in, unless another device has it by now. @param {string} callId */
const takeUp = (callId) => take('call_resume', { callId, line: held.value });

/** @param {any} answer of the server: `iceServers`, and whether only relays may be used */
function connect(answer) {
  const now = call.value;
  if (!now || line) return;
  // The microphone and the ear are for the call now; what was recorded so far is kept.
  pause();
  if (recordingIn.value) void stop();
  const sound = new MediaStream();
  const view = new MediaStream();
  line = openLine({
    isCaller: now.direction === 'out',
    send: (signal) => emit('call_signal', { callId: call.value?.id, signal }),
    onFresh: () => {
      for (const stream of [sound, view]) for (const track of stream.getTracks()) stream.removeTrack(track);
      restsForThem.value = false;
    },
    onRest: (isResting) => {
      line?.rest(isResting);
      restsForThem.value = isResting;
    },
    wiring: {
      iceServers: answer.iceServers ?? [],
      relayOnly: Boolean(answer.relayOnly),
      onTrack: (track) => {
        const stream = track.kind === 'audio' ? sound : view;
        stream.addTrack(track);
        (track.kind === 'audio' ? theirSound : theirPicture).value = new MediaStream(stream.getTracks());
      },
      onState: moved,
    },
  });
  ends.push(
    effect(() => line?.show(microphone.value, picture.value)),
    // Both sides say what they show whenever it changes, and once it can be heard.
    effect(() => {
      if (isAnswered.value) tell(shown.value);
    }),
    effect(keep),
    keepFresh(answer.iceServers ?? [], () => get('/api/chat/ice-servers').then(({ data }) => data, () => null), (servers) => line?.servers(servers)),
  );
}

/** @param {RTCPeerConnectionState} state */
function moved(state) {
  if (state === 'connected') {
    isLost.value = false;
    // A page that was loaded anew does not know it.
    if (voiceOnly.value) line?.askRest(true);
    if (phase() === 'connecting') {
      change({ phase: 'active' });
      performance.mark('call.connected');
      announce(t('call.connected', { name: call.value?.other.name ?? '' }));
    }
  } else if (state === 'failed' || state === 'disconnected') isLost.value = true;
}

/** Answered, on whichever side. */
function accepted() {
  silence();
  dropCallNotice();
  change({ phase: 'connecting', since: Date.now() });
  run();
}

/** What goes on while two talk: the clock, and an ear on the line. */
function run() {
  const count = () => (elapsed.value = Math.max(0, Math.floor((Date.now() - (call.value?.since ?? Date.now())) / 1000)));
  count();
  const clock = setInterval(count, 1000);
  /** @type {Sample|null} */
  let before = null;
  /** @type {import('./quality.js').Quality[]} */
  let history = [];
  let unanswered = 0;
  const ear = setInterval(async () => {
    const now = await line?.sample();
    if (!now || phase() !== 'active') return;
    if (before && now.at > before.at && now.received >= before.received) {
      history = [...history, judge(before, now, theirs.value.audio || theirs.value.video)].slice(-5);
      const { shown: quality, isBad } = verdict(history);
      signalStrength.value = { quality, isLimited: now.isLimited, route: now.route };
      const hasPictures = !voiceOnly.value && (shown.value.video || shown.value.screen || theirs.value.video || theirs.value.screen);
      if (!isDecided) advised.value = hasPictures && (isBad || (advised.value && quality !== 'good'));
      unanswered = advised.value && isBad ? unanswered + 1 : 0;
      if (unanswered > PATIENCE) rest('weak');
    }
    before = now;
  }, SAMPLE);
  ends.push(() => clearInterval(clock), () => clearInterval(ear));
}

/** @param {CallEnd} end */
function finish(end) {
  const now = call.value;
  if (!now) return;
  put();
  call.value = { ...now, phase: 'ended', end, away: false };
  announce(endText({ ...now, end }));
  // Where something can be done it waits for that; else it goes by itself.
  if (end.error || ['missed', 'busy', 'rejected', 'failed', 'connection_lost', 'server_restart', 'inOther'].includes(end.reason)) return;
  const timer = setTimeout(() => isOver(now) && clear(), LAST_WORDS);
  ends.push(() => clearTimeout(timer));
}
/** @param {CallState} before */
const isOver = (before) => call.value?.other === before.other && phase() === 'ended';

/** Calls somebody. The microphone is asked for first: nobody shall ring for a call that cannot be. @param {Callee} other @param {CallType} type @param {string} conversationId */
export async function start(other, type, conversationId) {
  if (call.value && phase() !== 'ended') {
    // Pressing "call" at somebody who rings is an answer.
    if (phase() === 'incoming' && call.value.other.id === other.id) return accept(type === 'video');
    return change({ isSmall: false });
  }
  begin({ id: '', conversationId, type, direction: 'out', phase: 'preparing', other: { ...other } });
  return prepare();
}

/** Opens what is needed and asks the server; again after a refused permission was given. */
export async function prepare() {
  const now = call.value;
  if (!now || now.phase !== 'preparing') return;
  await open({ audio: true, video: now.type === 'video' });
  if (!microphone.value || call.value !== now) return;
  const request = take(now.type === 'video' ? 'video_call_request' : 'voice_call_request', { recipientId: now.other.id, ...(now.conversationId && { conversationId: now.conversationId }) });
  let answer;
  try {
    answer = await request;
  } catch (error) {
    if (!isSame(now)) return;
    const isElsewhere = /** @type {any} */ (error).code === 'CONFLICT';
    finish(isElsewhere ? { reason: 'inOther', duration: 0 } : { reason: 'failed', duration: 0, error });
    if (isElsewhere) void lookElsewhere();
    return;
  }
  const { callId, call: made, joined } = answer;
  if (!isSame(now)) {
    // Given up while the server was asked.
    void ask('call_ended', { callId, reason: 'cancelled' }).catch(() => {});
    return;
  }
  if (waiting?.data.callId === callId) waiting = null;
  change({ id: callId, conversationId: made?.conversationId ?? now.conversationId, direction: joined ? 'in' : 'out' });
  if (made?.status === 'busy') return finish({ reason: 'busy', duration: 0 });
  holdOn(now, callId);
  if (joined) {
    // Both called at once: the other call came first, and this is its answer.
    theirs.value = { ...NOTHING, video: made?.type === 'video' };
    connect(answer);
    accepted();
    return catchUp();
  }
  change({ phase: 'ringing' });
  void ring('out');
  connect(answer);
  line?.begin();
  catchUp();
}

/** Takes in what was told too early. */
function catchUp() {
  for (const [event, data] of early.splice(0)) handle(event, data);
}

/** @param {CallType} type @param {any} data */
function incoming(type, data) {
  if (data.callId === call.value?.id && phase() !== 'ended') return;
  if (call.value && phase() !== 'ended') {
    waiting = { type, data };
    return;
  }
  const { callId, callerId, callerName, callerRole, conversationId } = data;
  const c = conversation(conversationId);
  const known = c ? partner(c) : undefined;
  begin({
    id: callId, conversationId, type, direction: 'in', phase: 'incoming',
    other: { id: callerId, name: callerName ?? known?.name ?? t('someone'), role: callerRole ?? known?.role },
  });
  offered = data;
  void ring('in');
  void notifyCall(conversationId);
}
/** @param {boolean} withVideo */
export async function accept(withVideo) {
  const now = call.value;
  if (!now || now.phase !== 'incoming' || !canCall()) return;
  performance.mark('call.accept');
  connect(offered ?? {});
  accepted();
  change({ isSmall: false });
  holdOn(now, now.id);
  // The line is laid while the devices open: whoever waits shall not wait for a camera.
  void open({ audio: true, video: withVideo });
  isTelling = true;
  const isOurs = await tellAccepted(now);
  isTelling = false;
  if (!isSame(now)) return;
  // Only from now on the server hands on what is said here.
  if (isOurs) tell(shown.value);
  else {
    finish({ reason: 'elsewhere', duration: 0 });
    void lookElsewhere();
  }
}

/** Tells the server, again over the next connection when this one breaks. @param {CallState} now @returns {Promise<boolean>} whether the call is ours */
async function tellAccepted(now) {
  for (let isSecond = false; isSame(now); isSecond = true) {
    try {
      await take('call_accepted', { callId: now.id });
      return true;
    } catch (error) {
      if (/** @type {any} */ (error).code === 'NO_ANSWER') {
        await connected();
        continue;
      }
      // The first word may have arrived although its answer did not.
      return isSecond && takeUp(now.id).then(() => (line?.hello(), true), () => false);
    }
  }
  return true;
}

/** When there is a connection to the server again. */
const connected = () =>
  new Promise((done) => {
    const stop = effect(() => {
      if (link.value === 'on') queueMicrotask(() => (stop(), done(undefined)));
    });
  });

/** No, thank you. */
export function decline() {
  const now = call.value;
  if (!now || now.phase !== 'incoming') return;
  void ask('call_rejected', { callId: now.id }).catch(() => {});
  clear();
}

/** Ends or gives up, at once here. */
export function hangUp() {
  const now = call.value;
  if (!now) return;
  if (now.id && now.phase !== 'ended') emit('call_ended', { callId: now.id, reason: now.since ? 'hangup' : 'cancelled' });
  if (now.since && now.phase !== 'ended') announce(t('call.over'));
  clear();
}

/** The session is over. */
export function leave() {
  waiting = null;
  // What rings may be answered on another device.
  if (phase() === 'incoming') clear();
  else if (call.value) hangUp();
}

/** Calls again after nobody answered. */
export function again() {
  const now = call.value;
  if (!now) return;
  clear();
  void start(now.other, now.type, now.conversationId);
}

/** @param {boolean} isSmall */
export function shrink(isSmall) {
  change({ isSmall });
  // A bar over the chat rings without a sound: it has been seen.
  if (isSmall && phase() === 'incoming') silence();
}

/** Pictures rest on both sides. @param {'mine'|'weak'} why */
function rest(why) {
  advised.value = false;
  voiceOnly.value = why;
  hadCamera = camera.value !== null;
  closeCamera();
  stopSharing();
  line?.askRest(true);
  if (why === 'weak') announce(t('call.voiceOnlyWeak'));
}

/** Whether pictures are worth it on this line. @param {boolean} yes */
export function goVoiceOnly(yes) {
  advised.value = false;
  isDecided = true;
  if (yes) rest('mine');
}

/** Pictures again, from both. @param {boolean} [withCamera] as it was before, if nothing is said */
export async function withPictures(withCamera = hadCamera) {
  voiceOnly.value = null;
  isDecided = true;
  line?.askRest(false);
  if (withCamera) await open({ video: true });
}

/** @param {string} event @param {any} data */
export function handle(event, data) {
  if (event === 'incoming_voice_call') return incoming('voice', data);
  if (event === 'incoming_video_call') return incoming('video', data);
  if (event === 'call_elsewhere') return isElsewhere(data.call);
  if (elsewhere.value?.id === data.callId && (event === 'call_ended' || event === 'call_rejected')) elsewhere.value = null;
  if (waiting?.data.callId === data.callId && (event === 'call_ended' || event === 'call_rejected' || event === 'call_accepted')) waiting = null;
  const now = call.value;
  if (now?.phase === 'preparing' && early.length < MOST_EARLY) early.push([event, data]);
  if (!now || data.callId !== now.id || now.phase === 'ended') return undefined;
  switch (event) {
    case 'call_accepted':
      if (now.direction === 'out' && now.phase === 'ringing') accepted();
      // On another device of mine.
      else if (now.phase === 'incoming') {
        elsewhere.value = { ...now, since: Date.now() };
        clear();
      }
      return undefined;
    case 'call_signal':
      return line?.take(data.signal);
    case 'call_media':
      theirs.value = { audio: Boolean(data.audio), video: Boolean(data.video), screen: Boolean(data.screen) };
      return undefined;
    case 'call_connection':
      if (data.userId === me.value?.id) {
        // Taken up on another device.
        if (!data.connected) movedFrom(now);
        return undefined;
      }
      change({ away: !data.connected });
      // Whoever was away may not know what is shown here.
      if (data.connected) tell(shown.value);
      return undefined;
    default:
      return over(now, data);
  }
}

/** The call goes on on another device. @param {CallState} now */
function movedFrom(now) {
  finish({ reason: 'moved', duration: 0 });
  elsewhere.value = now;
}

/** @param {Shown} show */
const tell = (show) => void emit('call_media', { callId: call.peek()?.id, ...show });

/** @param {CallState} now @param {any} data */
function over(now, { status, reason, duration }) {
  if (now.phase === 'incoming') {
    if (status === 'missed' || status === 'cancelled') missedFrom.value = now;
    return clear();
  }
  const why = reason ?? status;
  return finish({ reason: status === 'missed' || status === 'busy' || status === 'rejected' ? status : why, duration: duration ?? elapsed.value });
}

/** The connection to the server stands again, perhaps on a page that was just loaded. */
export async function resume() {
  const now = call.value;
  if (now?.phase === 'incoming') {
    // It may have stopped ringing meanwhile; if not, the server says so once more.
    const answer = await get('/api/chat/calls/active').catch(() => null);
    if (answer && answer.data?.id !== now.id && call.value === now) clear();
    return;
  }
  if (now) {
    if (!now.id || now.phase === 'ended' || isTelling) return;
    try {
      const answer = await takeUp(now.id);
      if (!isSame(now)) return;
      line?.servers(answer.iceServers ?? []);
      // It may have been answered while the line was down.
      if (now.phase === 'ringing' && answer.call?.status === 'accepted') accepted();
      line?.hello();
      tell(shown.value);
    } catch (error) {
      if (!isSame(now) || /** @type {any} */ (error).code === 'NO_ANSWER') return;
      if (/** @type {any} */ (error).isElsewhere) movedFrom(now);
      else finish({ reason: 'connection_lost', duration: elapsed.value });
    }
    return;
  }
  const kept = recallHere(KEPT, /** @type {any} */ (null));
  if (!kept?.id) return;
  const free = await hold(kept.id);
  if (!free) {
    // This tab is a copy; the call is in the other one.
    rememberHere(KEPT, null);
    return lookElsewhere();
  }
  try {
    // Should the answer be lost, the next connection asks under this name too.
    const names = kept.line && [...kept.line, connectionId()].slice(-MOST_HELD);
    rememberHere(KEPT, { ...kept, line: names });
    await rejoin({ ...kept, line: names });
    ends.push(free);
  } catch (error) {
    free();
    // Without an answer the next connection asks again.
    if (/** @type {any} */ (error).code === 'NO_ANSWER') return;
    rememberHere(KEPT, null);
    if (/** @type {any} */ (error).isElsewhere) void lookElsewhere();
  }
}

/**
 * Goes on with a call on this page.
 * @param {import('./calls.js').Elsewhere & { video?: boolean, isMuted?: boolean, line?: string[] }} kept what is known of it; without `line` it is taken from wherever it is
 */
async function rejoin({ id, conversationId, type, direction, other, since, video = false, isMuted: isSilent = false, line: names }) {
  const mine = connectionId();
  const answer = await ask('call_resume', { callId: id, line: names });
  const isRinging = answer.call?.status === 'ringing';
  begin({ id, conversationId, type, direction, other, phase: isRinging ? 'ringing' : 'connecting' });
  held.value = [mine];
  if (!isRinging) change({ since: since ?? Date.now() });
  mute(isSilent);
  connect(answer);
  line?.hello();
  if (isRinging) void ring('out');
  else run();
  void open({ audio: true, video });
}

/** Takes the call that goes on elsewhere to this page; the other one is told and lets it go. */
export async function takeHere() {
  const it = elsewhere.value;
  if (!it || (call.value && phase() !== 'ended') || !canCall()) return;
  elsewhere.value = null;
  const c = conversation(it.conversationId);
  try {
    await rejoin({ ...it, other: { role: c && partner(c)?.role, ...it.other } });
    if (call.value) holdOn(call.value, it.id);
  } catch {
    // It may be over; if not, the way to it comes back.
    void lookElsewhere();
  }
}

// The page must not go by mistake while two are talking.
addEventListener('beforeunload', (event) => {
  if (call.value && phase() !== 'ended' && phase() !== 'incoming') event.preventDefault();
});

/** The conversation of a call, also before the server has named it. @param {CallState} of */
export function chatOf({ conversationId, other }) {
  if (conversationId) return conversationId;
  return [...conversations.value.values()].find((c) => partner(c)?.id === other.id)?.id ?? '';
}
