// The geometry of looking closely: a picture that is enlarged and moved within a frame. Pure. The middle of the frame is the origin.

/** @typedef {{ scale: number, x: number, y: number }} Zoom `x` and `y` move the picture, in pixels of the screen */
/** @typedef {{ width: number, height: number }} Size */

export const WHOLE = /** @type {Zoom} */ ({ scale: 1, x: 0, y: 0 });
export const LARGEST = 8;
/** What a double tap enlarges to. */
export const CLOSE = 2.5;

/** How large a picture is drawn when it is seen whole; a small one is not blown up more than twice. @param {Size} picture @param {Size} frame @returns {Size} */
export function fitted({ width, height }, frame) {
  if (!width || !height) return frame;
  const scale = Math.min(frame.width / width, frame.height / height, 2);
  return { width: width * scale, height: height * scale };
}

/** Keeps the picture in the frame: no further than its edge, and in the middle where it is smaller. @param {Zoom} zoom @param {Size} drawn @param {Size} frame @returns {Zoom} */
export function held({ scale, x, y }, drawn, frame) {
  const room = (/** @type {number} */ size, /** @type {number} */ most) => Math.max(0, (size * scale - most) / 2);
  const inside = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(-most, value)) || 0;
  return { scale, x: inside(x, room(drawn.width, frame.width)), y: inside(y, room(drawn.height, frame.height)) };
}

/** Enlarges around a point that stays where it is. @param {Zoom} zoom @param {number} factor @param {number} px @param {number} py from the middle of the frame @returns {Zoom} */
export function around({ scale, x, y }, factor, px, py) {
  const next = Math.min(LARGEST, Math.max(1, scale * factor));
  const by = next / scale;
  return { scale: next, x: px - (px - x) * by, y: py - (py - y) * by };
}
