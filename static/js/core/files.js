// What there is to know about files without asking the server: their kind, their name, what may be sent. Pure, but for the limits.

import { clinic } from './clinic.js';

/** @typedef {import('./types.js').FileKind} FileKind */

/** What the server takes, by the endings of names. */
const ENDINGS = /** @type {Record<FileKind, string[]>} */ ({
  image: ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'apng', 'gif', 'webp', 'svg'],
  video: ['mp4', 'm4v', 'webm', 'ogv', 'avi', 'mov', 'qt', 'wmv', 'asf'],
  audio: ['mp3', 'wav', 'ogg', 'oga', 'opus', 'aac', 'm4a', 'm4b', 'weba'],
  file: ['pdf', 'doc', 'docx', 'txt', 'text', 'xls', 'xlsx', 'ppt', 'pptx'],
});
const BY_ENDING = new Map(Object.entries(ENDINGS).flatMap(([kind, endings]) => endings.map((ending) => [ending, /** @type {FileKind} */ (kind)])));

/** Endings for what comes without a name, from the clipboard or a recorder. */
const BY_TYPE = /** @type {Record<string, string>} */ ({
  'image/jpeg': 'jpg', 'image/png': 'png', 'image/gif': 'gif', 'image/webp': 'webp', 'image/svg+xml': 'svg', 'audio/webm': 'webm', 'audio/mp4': 'm4a',
  'audio/ogg': 'ogg', 'audio/mpeg': 'mp3', 'audio/wav': 'wav', 'video/mp4': 'mp4', 'video/webm': 'webm', 'application/pdf': 'pdf', 'text/plain': 'txt',
});

/** For `accept` of an input. */
export const PICTURES = 'image/jpeg,image/png,image/gif,image/webp,image/svg+xml,video/*';
export const DOCUMENTS = [...BY_ENDING.keys()].map((ending) => `.${ending}`).join();

/** In lower case, without the dot. @param {string} name */
export const endingOf = (name) => /\.([^./\\]{1,8})$/u.exec(name)?.[1].toLowerCase() ?? '';

/** @param {{ name?: string, type: string }} file @returns {FileKind} what it will most likely be; the server looks into it */
export function kindOf({ name = '', type }) {
  const [family] = type.split('/');
  if (family === 'image' || family === 'video' || family === 'audio') return family;
  return BY_ENDING.get(endingOf(name)) ?? 'file';
}

/** @param {{ name?: string, type: string }} file */
export function nameOf({ name, type }) {
  if (name) return name;
  const ending = BY_TYPE[type.split(';')[0]];
  return ending ? `file.${ending}` : 'file';
}

/** Whether it was spoken into the app, whose recorder names it by the time; other sound has a name of its own. @param {{ originalName: string }} file */
export const isSpoken = ({ originalName }) => /^voice-[\d-]+\.\w+$/u.test(originalName);

/** How many files of a message, and of what kind: `file` where they differ. Pure. @param {{ fileType: FileKind }[]} [files] @returns {{ fileCount: number, fileType: FileKind|null }} */
export function sumOf(files = []) {
  const first = files[0]?.fileType ?? null;
  return { fileCount: files.length, fileType: files.some(({ fileType }) => fileType !== first) ? 'file' : first };
}

/** As people say it: "412 KB", "1.4 MB". @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kb = bytes / 1024;
  if (kb < 1000) return `${Math.round(kb)} KB`;
  const mb = kb / 1024;
  return `${mb < 9.95 ? mb.toFixed(1).replace(/\.0$/u, '') : Math.round(mb)} MB`;
}

/** The clinic's limits: bytes of a file, files of a message. */
export const limits = () => ({ size: clinic.value.limits?.fileSize ?? 50 << 20, count: clinic.value.limits?.fileCount ?? 5 });

/** Whether the server would look at it at all. @param {{ name?: string, type: string }} file */
function isTaken(file) {
  const ending = endingOf(nameOf(file));
  return ending ? BY_ENDING.has(ending) : file.type.split(';')[0] in BY_TYPE;
}

/**
 * Which of some files may join those that are chosen already; what may not is named with its reason.
 * @template {{ name?: string, type: string, size: number }} F
 * @param {F[]} wanted @param {number} chosen how many there are @param {{ size: number, count: number }} most
 * @returns {{ taken: F[], refused: { name: string, why: 'many'|'large'|'empty'|'type' }[] }}
 */
export function sift(wanted, chosen, most) {
  /** @type {F[]} */
  const taken = [];
  /** @type {{ name: string, why: 'many'|'large'|'empty'|'type' }[]} */
  const refused = [];
  for (const file of wanted) {
    const why = !isTaken(file) ? 'type' : file.size > most.size ? 'large' : !file.size ? 'empty' : chosen + taken.length >= most.count ? 'many' : null;
    if (why) refused.push({ name: nameOf(file), why });
    else taken.push(file);
  }
  return { taken, refused };
}
