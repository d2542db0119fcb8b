// The documents with which a professional proves who they are: one's own, and those that are on their way to the clinic.

import { signal } from '../../vendor/preact.js';
import { get, remove, upload } from './api.js';
import { newId } from './device.js';

/** @typedef {import('./types.js').FileRef} FileRef */
/** @typedef {{ key: string, name: string, share: number, problem?: { code: string, message: string }, abort: AbortController }} Parcel on its way, or refused */

/** The server's own limits. */
export const MOST = 5;
export const LARGEST = 20 << 20;
export const ACCEPT = 'image/jpeg,image/png,image/gif,image/webp,application/pdf';

/** What the clinic has; null until it is known. @type {import('../../vendor/preact.js').Signal<FileRef[]|null>} */
export const documents = signal(/** @type {FileRef[]|null} */ (null));
/** @type {import('../../vendor/preact.js').Signal<Parcel[]>} */
export const parcels = signal(/** @type {Parcel[]} */ ([]));

export async function loadDocuments() {
  documents.value = (await get('/api/auth/documents')).data;
}

/** @param {string} key @param {Partial<Parcel>} news */
const amend = (key, news) => (parcels.value = parcels.value.map((one) => (one.key === key ? { ...one, ...news } : one)));

/** Takes a document back that is on its way, or a refusal that has been read. @param {string} key */
export function dropParcel(key) {
  parcels.value.find((one) => one.key === key)?.abort.abort();
  parcels.value = parcels.value.filter((one) => one.key !== key);
}

/** Sends documents to the clinic, one after the other. @param {File[]} files */
export async function bring(files) {
  const waiting = files.map((file) => ({ file, parcel: /** @type {Parcel} */ ({ key: newId(), name: file.name, share: -1, abort: new AbortController() }) }));
  parcels.value = [...parcels.value, ...waiting.map(({ parcel }) => parcel)];
  for (const { file, parcel } of waiting) await carry(file, parcel);
}

/** @param {File} file @param {Parcel} parcel */
async function carry(file, { key, name, abort: { signal: cut } }) {
  if (cut.aborted) return;
  const refuse = (/** @type {string} */ code, message = '') => amend(key, { problem: { code, message } });
  if (file.size > LARGEST) return refuse('FILE_TOO_LARGE');
  if (file.type && !ACCEPT.split(',').includes(file.type)) return refuse('UNSUPPORTED_FILE_TYPE');
  amend(key, { share: 0 });
  try {
    const brought = await upload(file, name, { path: '/api/auth/documents', signal: cut, onProgress: (share) => amend(key, { share }) });
    dropParcel(key);
    documents.value = [...(documents.value ?? []), brought];
  } catch (error) {
    const { code = 'NO_ANSWER', message = '' } = /** @type {{ code?: string, message?: string }} */ (error);
    if (!cut.aborted) refuse(code, message);
  }
}

/** @param {string} id */
export async function takeBack(id) {
  await remove(`/api/auth/documents/${id}`);
  documents.value = documents.value?.filter((one) => one.id !== id) ?? null;
}
