// A group's picture: its initials on one of five tints. Pure.
// It travels as the address of a drawing of the same tint, so that a client which knows nothing of this shows a picture too.

/** The tints' names, and the class that paints each. */
export const TINTS = /** @type {const} */ (['teal', 'rose', 'violet', 'apricot', 'grey']);
const CLASSES = { teal: 'doctor', rose: 'midwife', violet: 'service', apricot: 'mother', grey: 'clinic' };

/** @typedef {typeof TINTS[number]} Tint */

const START = '/icons/group.svg#';

/** @param {Tint} tint */
export const pictureOf = (tint) => START + tint;

/** @param {string|null|undefined} picture @returns {Tint} */
export function tintOf(picture) {
  const at = picture?.indexOf(START) ?? -1;
  const name = at < 0 ? '' : picture?.slice(at + START.length);
  return TINTS.find((tint) => tint === name) ?? 'rose';
}

/** @param {Tint} tint */
export const tintClass = (tint) => CLASSES[tint];
