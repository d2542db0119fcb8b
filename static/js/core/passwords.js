// Passwords for relays run out while people talk. What is connected stays so; the next way that has to be looked for wants a new one.

/** So early nothing has run out: no password lasts less than five minutes. */
const FIRST = 60_000;
const RETRY = 30_000;

/**
 * Asks for new ones whenever half the time of the last ones is over.
 * @param {RTCIceServer[]} servers as they are at first
 * @param {() => Promise<{ iceServers: RTCIceServer[], ttl: number|null }|null>} ask null without an answer; `ttl` in seconds
 * @param {(servers: RTCIceServer[]) => void} use
 * @returns {() => void} ends it
 */
export function keepFresh(servers, ask, use) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let isOver = false;
  const later = (/** @type {number} */ ms) => (timer = setTimeout(again, ms));
  async function again() {
    const answer = await ask();
    if (isOver) return;
    if (!answer) return void later(RETRY);
    use(answer.iceServers);
    if (answer.ttl) later((answer.ttl * 1000) / 2);
  }
  if (servers.some(({ credential }) => credential)) later(FIRST);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
