// One request, one answer: the envelope of the wire contract, or an error that says what went wrong.

/** The server answered, and said no. */
export class ApiError extends Error {
  /** @param {number} status @param {any} body @param {string|null} retryAfter */
  constructor(status, body, retryAfter) {
    super(body?.message || `HTTP ${status}`);
    this.status = status;
    this.code = String(body?.code || 'INTERNAL_ERROR');
    /** @type {{ field: string, message: string }[]} */
    this.fields = body?.details?.errors ?? [];
    this.retryAfter = Number(retryAfter) || 0;
  }
}

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
