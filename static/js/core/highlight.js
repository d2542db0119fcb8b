// A text in pieces, those that were looked for apart from the others. Pure.

/** @typedef {{ start: number, end: number }} Range UTF-16 offsets */
/** @typedef {{ text: string, hit: boolean }} Piece */

/** @param {string} text @param {Range[]} ranges as the server gives them; what does not fit is passed over @returns {Piece[]} */
export function pieces(text, ranges) {
  const list = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const from = Math.max(at, start);
    const to = Math.min(text.length, end);
    if (!(to > from)) continue;
    if (from > at) list.push({ text: text.slice(at, from), hit: false });
    list.push({ text: text.slice(from, to), hit: true });
    at = to;
  }
  if (at < text.length) list.push({ text: text.slice(at), hit: false });
  return list;
}
