// The line of a call, over whatever happens to the pages at its ends. A page that was loaded anew begins with a connection of its
// own; every signal says which two it is between, so that nothing old is taken for something new. Connections begin with the caller.

import { createPeer } from './peer.js';

/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {import('./peer.js').Content} Content */
/** @typedef {Content & { from: string, to: string, hello?: boolean, rest?: boolean }} Signal `rest`: whether the other's picture is to rest */

/**
 * @param {object} how
 * @param {boolean} how.isCaller
 * @param {(signal: Signal) => void} how.send
 * @param {(session: string, content: (more: Content) => void) => Peer} [how.make] for tests
 * @param {() => void} [how.onFresh] a new connection begins
 * @param {(isResting: boolean) => void} [how.onRest] the other side wishes for less, or for more again
 * @param {Omit<import('./peer.js').Wiring, 'isCaller'|'send'>} [how.wiring]
 */
export function openLine({ isCaller, send, make, onFresh = () => {}, onRest = () => {}, wiring }) {
  /** @type {Peer|null} */
  let peer = null;
  /** The other side's connection, as far as it is known. */
  let theirs = '';
  /** @type {[MediaStreamTrack|null, MediaStreamTrack|null]} */
  let tracks = [null, null];

  /** @param {Partial<Signal>} content */
  const say = (content) => send({ from: peer?.session ?? '', to: theirs, ...content });

  function renew(from = '') {
    peer?.close();
    theirs = from;
    /** @type {Peer|null} */
    let mine = null;
    const tell = (/** @type {Content} */ content) => mine === peer && say(content);
    mine = peer = make ? make(theirs, tell) : createPeer({ .../** @type {any} */ (wiring), isCaller, send: tell });
    onFresh();
    mine.show(...tracks);
  }

  return {
    /** The caller's first word. */
    begin: () => renew(),
    /** After an absence: is the other side still where it was? */
    hello: () => (isCaller && !peer ? renew() : say({ hello: true })),
    /** @param {Signal} signal */
    take(signal) {
      const { from, to, hello, rest } = signal;
      if (hello) {
        const isPair = peer && from === theirs && to === peer.session;
        if (isPair) return peer?.isWell() ? undefined : peer?.restart();
        return isCaller ? renew() : say({ hello: true });
      }
      // Meant for an earlier page; its successor has said hello.
      if (to && to !== peer?.session) return undefined;
      if (isCaller) {
        if (!to || (theirs && from !== theirs)) return undefined;
        theirs = from;
      } else if (from !== theirs) {
        // Only an offer begins something.
        if (signal.description?.type !== 'offer') return undefined;
        renew(from);
      }
      if (rest !== undefined) onRest(rest);
      else void peer?.take(signal);
      return undefined;
    },
    /** @param {MediaStreamTrack|null} audio @param {MediaStreamTrack|null} video */
    show(audio, video) {
      tracks = [audio, video];
      peer?.show(audio, video);
    },
    /** For every way that is looked for from now on, also by connections to come. @param {RTCIceServer[]} servers */
    servers(servers) {
      if (wiring) wiring.iceServers = servers;
      peer?.servers(servers);
    },
    /** Asks the other side to send no picture, or one again. @param {boolean} isResting */
    askRest: (isResting) => say({ rest: isResting }),
    rest: (/** @type {boolean} */ isResting) => void peer?.rest(isResting),
    restart: () => peer?.restart(),
    sample: () => peer?.sample(),
    close() {
      peer?.close();
      peer = null;
    },
  };
}
/** @typedef {ReturnType<typeof openLine>} Line */
