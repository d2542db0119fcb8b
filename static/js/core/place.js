// Places: how a message carries one, and how it is opened in the device's own map. Nothing of a map is loaded here.

/** @typedef {import('./types.js').Place} Place */

const WRITTEN = /^(-?\d{1,2}(?:\.\d+)?),\s*(-?\d{1,3}(?:\.\d+)?)(?:\s+(\S[^]*))?$/u;

/** The content of a message for a place, as the server reads it. @param {Place} place */
export const written = ({ latitude, longitude, label }) => [`${latitude.toFixed(6)},${longitude.toFixed(6)}`, label?.trim()].filter(Boolean).join(' ');

/** What a content says about a place; null for an address in words. @param {string} content @returns {Place|null} */
export function placeIn(content) {
  const found = WRITTEN.exec(content.trim());
  if (!found) return null;
  const [latitude, longitude] = [Number(found[1]), Number(found[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude, label: found[3]?.trim() ?? null } : null;
}

/** For a line of a list: the name of the place, if it has one in words. @param {string} content */
export function nameOfPlace(content) {
  const place = placeIn(content);
  if (place) return place.label ?? '';
  return content.startsWith('{') ? '' : content;
}

/** As people read it: 6.92708, 79.86124, about a metre exact. @param {Place} place */
export const coordinates = ({ latitude, longitude }) => `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;

/**
 * Where a press leads: the map app of an Android phone, the open map in the browser elsewhere.
 * @param {Place|null} place @param {string} words used where there are no coordinates
 */
export function mapLink(place, words, isAndroid = /Android/u.test(navigator.userAgent)) {
  const name = encodeURIComponent(words.trim());
  if (!place) return isAndroid ? `geo:0,0?q=${name}` : `https://www.openstreetmap.org/search?query=${name}`;
  const { latitude, longitude, label } = place;
  const at = `${latitude},${longitude}`;
  if (isAndroid) return `geo:${at}?q=${at}${label ? `(${encodeURIComponent(label)})` : ''}`;
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
}

/** @typedef {'refused'|'unknown'|'insecure'} NoPosition */

/** Where this device is. @returns {Promise<{ latitude: number, longitude: number, accuracy: number }>} metres; rejects with a {@link NoPosition} */
export function whereAmI() {
  // On plain http a browser does not even ask.
  if (!isSecureContext || !navigator.geolocation) return Promise.reject('insecure');
  return new Promise((found, failed) => {
    navigator.geolocation.getCurrentPosition(
      // The browser's object has getters only, which a spread would lose.
      ({ coords: { latitude, longitude, accuracy } }) => found({ latitude, longitude, accuracy }),
      (error) => failed(error.code === error.PERMISSION_DENIED ? 'refused' : 'unknown'),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}
