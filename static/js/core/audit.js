// The audit log as the app asks for it and reads it.

import { get, getFile, getPatiently } from './api.js';

/** @typedef {{ id: string, name: string, role: import('./types.js').Role }} Named */
/**
 * @typedef {{ id: string, number: number, createdAt: string, action: string, by: 'person'|'nobody'|'operator'|'server', actor: Named|null,
 *   address: string|null, device: string, person: Named|null, conversationId: string|null, participants: Named[], detail: string|null }} Entry
 */
/** What is looked for; `names` is what the chosen ones are called. @typedef {{ kind: string, from: string, to: string, who: string, person: string, conversationId: string, names: Record<string, string> }} Filters */
/** @typedef {{ ok: boolean, entries: number, firstBroken: number|null, head: { number: number, hash: string, anchor: string } }} Verdict */

const PAGE = 50;
/** Pages without anything that fits before somebody has to ask for more. */
const PATIENCE = 20;

/** What can be chosen at once, and which actions that are. */
export const KINDS = /** @type {Record<string, string[]>} */ ({
  all: [],
  opened: ['conversation_opened', 'file_opened', 'document_opened', 'account_viewed'],
  signIn: ['signed_in', 'sign_in_failed', 'locked_out', 'signed_out', 'session_ended', 'refresh_reused', 'password_changed', 'password_reset', 'reset_asked', 'reset_link_made'],
  accounts: ['registered', 'set_up', 'person_made', 'approved', 'rejected', 'disabled', 'enabled', 'role_changed', 'profile_changed', 'document_added', 'document_removed'],
  groups: ['group_made', 'member_added', 'member_removed', 'member_left', 'group_admin_changed'],
  messages: ['message_edited', 'message_deleted', 'file_deleted'],
  reviews: ['review_hidden', 'review_shown', 'review_removed'],
  log: ['server_started', 'audit_viewed', 'audit_exported', 'audit_swept'],
});

/** @type {Filters} */
export const NOTHING = { kind: 'all', from: '', to: '', who: '', person: '', conversationId: '', names: {} };

/** A day of this place as moments. @param {string} day @param {boolean} isEnd */
function moment(day, isEnd) {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return '';
  if (isEnd) at.setDate(at.getDate() + 1);
  return new Date(at.getTime() - (isEnd ? 1 : 0)).toISOString();
}

/** Pure. @param {Filters} filters @param {number|null} [cursor] */
export function queryOf({ kind, from, to, who, person, conversationId }, cursor = null) {
  const all = { action: (KINDS[kind] ?? []).join(','), from: from && moment(from, false), to: to && moment(to, true), who, person, conversationId, cursor: cursor === null ? '' : String(cursor) };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value));
}

/** A page, which may have to be looked for further back. @param {Filters} filters @param {number|null} cursor @returns {Promise<{ entries: Entry[], next: number|null, total: number|null }>} */
export async function entries(filters, cursor) {
  let next = cursor;
  for (let turn = 1; ; turn += 1) {
    const query = queryOf(filters, next);
    query.set('limit', String(PAGE));
    const { data, pagination } = await get(`/api/admin/audit?${query}`);
    next = pagination?.nextCursor ?? null;
    if (data.length || next === null || turn === PATIENCE) return { entries: data, next, total: pagination?.total ?? null };
  }
}

/** All of the log is read, which takes a while. @param {string} anchor an end of it that was noted earlier @returns {Promise<Verdict>} */
export const verify = async (anchor) => (await getPatiently(`/api/admin/audit/verify${anchor ? `?${new URLSearchParams({ anchor })}` : ''}`)).data;

/** @param {Filters} filters @returns {Promise<Blob>} */
export const table = (filters) => getFile(`/api/admin/audit.csv?${queryOf(filters)}`);
