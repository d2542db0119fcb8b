// Small questions about text: whose script is it, what stands for a name.

const SINHALA = /[\u0D80-\u0DFF]/u;
const TAMIL = /[\u0B80-\u0BFF]/u;

/** The language to mark a piece of text with, so that it gets its script's line height. @param {string} text */
export const langOf = (text) => (SINHALA.test(text) ? 'si' : TAMIL.test(text) ? 'ta' : undefined);

const TITLES = new Set(['dr', 'dr.', 'sister', 'nurse', 'prof', 'prof.', 'mrs', 'mrs.', 'ms', 'ms.', 'miss', 'mr', 'mr.', 'වෛද්‍ය', 'டாக்டர்']);
const graphemes = 'Segmenter' in Intl ? new Intl.Segmenter() : null;

/** @param {string} word the first letter as its reader sees it: with its vowel signs */
const firstLetter = (word) => (graphemes ? [...graphemes.segment(word)][0]?.segment : [...word][0]) ?? '';

/** Two letters of a Latin name, one of a Sinhala or Tamil one. @param {string} name */
export function initials(name) {
  const words = name.split(/\s+/u).filter((word) => word && !TITLES.has(word.toLowerCase()));
  const first = firstLetter(words[0] ?? name);
  if (langOf(first) || words.length < 2) return first.toUpperCase();
  return (first + firstLetter(words[words.length - 1] ?? '')).toUpperCase();
}

/** How mothers are named to each other: the first name and an initial. @param {string} first @param {string} last */
export const initialed = (first, last) => [first.trim(), last.trim() && `${firstLetter(last.trim())}.`].filter(Boolean).join(' ');

/** For a search box: letters without case and accents. @param {string} text */
export const folded = (text) => text.normalize('NFKD').replace(/[\u0300-\u036f]/gu, '').toLowerCase();

/** How the app speaks of a person in passing: "Dr. Nimali", "Fathima". @param {{ name: string, firstName?: string, role?: string }} person */
export function shortName(person) {
  const words = person.name.split(/\s+/u);
  if (words.length > 2 && TITLES.has(words[0].toLowerCase())) return `${words[0]} ${words[1]}`;
  return person.firstName || words[0];
}
