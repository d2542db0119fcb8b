// One request, one answer: the envelope of the wire contract, or an error that says what went wrong.

/** The server answered, and said no. */
export class ApiError extends Error {
  /** @param {number} status @param {any} body @param {string|null} retryAfter */
  constructor(status, body, retryAfter) {
    super(body?.message || `HTTP ${status}`);
    this.status = status;
    // To a person a virus is something else than a kind of file that is not taken.
    this.code = body?.details?.infected ? 'FILE_INFECTED' : String(body?.code || 'INTERNAL_ERROR');
    /** @type {string} which file it was, where it was about one */
    this.file = body?.details?.file ?? '';
    /** @type {{ field: string, message: string }[]} */
    this.fields = body?.details?.errors ?? [];
    /** The call is on another device of the same person. */
    this.isElsewhere = Boolean(body?.details?.elsewhere);
    /** Who has another appointment at that time: `own` or `other`. @type {string} */
    this.clash = body?.details?.clash ?? '';
    this.retryAfter = Number(retryAfter) || 0;
  }
}

/** Whether asking again would be answered the same: not what a new token, more time or a pause may change. @param {unknown} error @returns {error is ApiError} */
export const isFinal = (error) => error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);

/** No answer came: the network, or a server that is just restarting. What was asked may or may not have happened. */
export class NoAnswer extends Error {
  status = 0;
  code = 'NO_ANSWER';
  /** @type {{ field: string, message: string }[]} */
  fields = [];
}

/**
 * @param {string} method @param {string} path
 * @param {{ body?: unknown, token?: string|null, patience?: number }} [options] patience in milliseconds
 * @returns {Promise<any>}
 */
export async function send(method, path, { body, token, patience = 15_000 } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  let answer;
  let json;
  try {
    answer = await fetch(path, { method, headers, signal: abort.signal, body: body === undefined ? undefined : JSON.stringify(body) });
    json = await answer.json();
  } catch {
    // A proxy's HTML page for a server that is down is no answer either.
    if (answer && answer.status < 500) throw new ApiError(answer.status, null, null);
    throw new NoAnswer(`${method} ${path}`);
  } finally {
    clearTimeout(timer);
  }
  if (!answer.ok) throw new ApiError(answer.status, json, answer.headers.get('Retry-After'));
  return json;
}

/** A file as it stands, however long it is on its way. @param {string} path @param {string} token @returns {Promise<Blob>} */
export async function fetchFile(path, token) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    if (answer.ok) return await answer.blob();
  } catch {
    throw new NoAnswer(`GET ${path}`);
  }
  throw new ApiError(answer.status, await answer.json().catch(() => null), answer.headers.get('Retry-After'));
}

/** Nothing moves for so long: the connection is gone, whatever the browser believes. */
const STALL = 60_000;
/** The server has all bytes and looks at them; a large file and a virus scanner take their time. */
const INSPECTION = 180_000;

/**
 * Sends a form. `fetch` cannot tell how much has gone out, so this is the older way.
 * @param {string} path @param {FormData} form
 * @param {{ token: string, signal?: AbortSignal, onProgress?: (share: number) => void }} options share of the bytes that are out, 0 to 1
 * @returns {Promise<any>}
 */
export function sendForm(path, form, { token, signal, onProgress }) {
  return new Promise((done, refuse) => {
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    let timer;
    const patience = (/** @type {number} */ ms) => {
      clearTimeout(timer);
      timer = setTimeout(abort, ms);
    };
    const lost = () => refuse(new NoAnswer(`POST ${path}`));
    const abort = () => {
      request.abort();
      lost();
    };
    request.open('POST', path);
    request.responseType = 'text';
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => {
      patience(loaded < total ? STALL : INSPECTION);
      onProgress?.(total ? loaded / total : 0);
    };
    request.upload.onload = () => patience(INSPECTION);
    request.onerror = lost;
    request.onloadend = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    request.onload = () => {
      let json = null;
      try {
        json = JSON.parse(request.responseText);
      } catch {
        // A proxy's HTML page for a server that is down is no answer; one that refuses is.
        if (request.status >= 500 || request.status < 300) return lost();
      }
      if (request.status >= 200 && request.status < 300) done(json);
      else refuse(new ApiError(request.status, json, request.getResponseHeader('Retry-After')));
    };
    if (signal?.aborted) return lost();
    signal?.addEventListener('abort', abort);
    patience(STALL);
    request.send(form);
  });
}
