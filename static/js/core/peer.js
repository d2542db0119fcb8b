// One connection between two browsers: sound and picture each way, made once and kept. Muting, the camera and the screen only
// change what is sent on it. Either side may negotiate anew; when both do at once, the one who was called gives way.

import { newId } from './device.js';
import { sampleOf } from './quality.js';

/** @typedef {{ description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit }} Content */
/**
 * @typedef {object} Wiring
 * @property {RTCIceServer[]} iceServers
 * @property {boolean} relayOnly
 * @property {boolean} isCaller lays the two lines; the other side takes them from its offer
 * @property {(content: Content) => void} send in order
 * @property {(track: MediaStreamTrack) => void} onTrack the other side's
 * @property {(state: RTCPeerConnectionState) => void} onState
 */

/** A line that is broken so long is looked for on another way. */
const BROKEN = 3000;

/** @param {Wiring} wiring */
export function createPeer({ iceServers, relayOnly, isCaller, send, onTrack, onState }) {
  /** @param {RTCIceServer[]} servers @returns {RTCConfiguration} */
  const wish = (servers) => ({ iceServers: servers, iceTransportPolicy: relayOnly ? 'relay' : 'all', bundlePolicy: 'max-bundle' });
  const connection = new RTCPeerConnection(wish(iceServers));
  /** @type {{ audio: MediaStreamTrack|null, video: MediaStreamTrack|null }} */
  let tracks = { audio: null, video: null };
  let isOffering = false;
  let isAnswering = false;
  let ignoresOffer = false;
  let isClosed = false;
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let broken;

  /** @param {RTCRtpTransceiver} line */
  const put = ({ sender, receiver }) => {
    const track = receiver.track.kind === 'audio' ? tracks.audio : tracks.video;
    if (sender.track !== track) void sender.replaceTrack(track).catch(() => {});
  };

  connection.addEventListener('negotiationneeded', async () => {
    try {
      isOffering = true;
      await connection.setLocalDescription();
      if (connection.localDescription) send({ description: connection.localDescription });
    } catch {
      // Closed meanwhile.
    } finally {
      isOffering = false;
    }
  });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) send({ candidate: candidate.toJSON() });
  });
  connection.addEventListener('track', ({ track }) => onTrack(track));
  connection.addEventListener('connectionstatechange', () => {
    const state = connection.connectionState;
    clearTimeout(broken);
    if (state === 'failed') connection.restartIce();
    if (state === 'disconnected') broken = setTimeout(() => connection.restartIce(), BROKEN);
    onState(state);
  });
  if (isCaller) for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'sendrecv' });

  /** @param {Content} content */
  async function take({ description, candidate }) {
    if (isClosed) return;
    if (candidate) {
      try {
        await connection.addIceCandidate(candidate);
      } catch (error) {
        if (!ignoresOffer) throw error;
      }
      return;
    }
    if (!description) return;
    const isReady = !isOffering && (connection.signalingState === 'stable' || isAnswering);
    ignoresOffer = isCaller && description.type === 'offer' && !isReady;
    if (ignoresOffer) return;
    isAnswering = description.type === 'answer';
    await connection.setRemoteDescription(description);
    isAnswering = false;
    if (description.type !== 'offer') return;
    for (const line of connection.getTransceivers()) {
      line.direction = 'sendrecv';
      put(line);
    }
    await connection.setLocalDescription();
    if (connection.localDescription) send({ description: connection.localDescription });
  }

  return {
    /** Names this connection to the other side. */
    session: newId(),
    isWell: () => connection.connectionState === 'connected',
    /** @param {Content} content of the other side */
    take: (content) => (turn = turn.then(() => take(content)).catch((error) => !isClosed && console.warn('call', error))),
    /** What is sent from now on. @param {MediaStreamTrack|null} audio @param {MediaStreamTrack|null} video */
    show(audio, video) {
      tracks = { audio, video };
      connection.getTransceivers().forEach(put);
    },
    /** Whether a picture is sent at all. @param {boolean} isResting */
    async rest(isResting) {
      for (const { sender, receiver } of connection.getTransceivers()) {
        if (receiver.track.kind !== 'video') continue;
        const parameters = sender.getParameters();
        for (const encoding of parameters.encodings ?? []) encoding.active = !isResting;
        await sender.setParameters(parameters).catch(() => {});
      }
    },
    /** The next way is looked for with these. @param {RTCIceServer[]} servers */
    servers(servers) {
      try {
        connection.setConfiguration(wish(servers));
      } catch {
        // Closed meanwhile.
      }
    },
    /** Looks for another way, as after a change of networks. */
    restart: () => connection.restartIce(),
    sample: async () => sampleOf(await connection.getStats()),
    close() {
      isClosed = true;
      clearTimeout(broken);
      connection.close();
    },
  };
}
/** @typedef {ReturnType<typeof createPeer>} Peer */
