// An appointment as a file for calendars (RFC 5545). Pure. It says when, where and with whom, and nothing of what it is about: calendars
// are shown to others.

/** @typedef {import('./types.js').Appointment} Appointment */

const encoder = new TextEncoder();

/** 20261124T050000Z @param {string|number} at */
const stamp = (at) => new Date(at).toISOString().replace(/[-:]|\.\d+/gu, '');

/** @param {string} text */
const escaped = (text) => text.replace(/[\\;,]/gu, '\\$&').replace(/\r\n|\r|\n/gu, '\\n');

/** Lines have at most 75 bytes; what is longer goes on in the next one, behind a blank. @param {string} line */
function folded(line) {
  let out = '';
  let length = 0;
  for (const letter of line) {
    const size = encoder.encode(letter).length;
    if (length + size > 74) {
      out += '\r\n ';
      length = 1;
    }
    out += letter;
    length += size;
  }
  return out;
}

/** @param {Appointment} a @param {{ title: string, place: string, now?: number }} words */
export function calendarFile(a, { title, place, now = Date.now() }) {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//MommyCare//Appointments//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${a.id}@mommycare`,
    `DTSTAMP:${stamp(now)}`,
    `LAST-MODIFIED:${stamp(a.updatedAt)}`,
    `DTSTART:${stamp(a.startTime)}`,
    `DTEND:${stamp(a.endTime)}`,
    `SUMMARY:${escaped(title)}`,
    ...(place ? [`LOCATION:${escaped(place)}`] : []),
    `STATUS:${a.status === 'confirmed' ? 'CONFIRMED' : 'TENTATIVE'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}
