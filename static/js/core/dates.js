// Times and days in three languages. Chromium knows no Sinhala dates, so these come from a table.

import { lang } from './i18n.js';

const SI = {
  weekday: ['ඉරිදා', 'සඳුදා', 'අඟහරුවාදා', 'බදාදා', 'බ්‍රහස්පතින්දා', 'සිකුරාදා', 'සෙනසුරාදා'],
  weekdayShort: ['ඉරි', 'සඳු', 'අඟ', 'බදා', 'බ්‍රහ', 'සිකු', 'සෙන'],
  month: ['ජනවාරි', 'පෙබරවාරි', 'මාර්තු', 'අප්‍රේල්', 'මැයි', 'ජූනි', 'ජූලි', 'අගෝස්තු', 'සැප්තැම්බර්', 'ඔක්තෝබර්', 'නොවැම්බර්', 'දෙසැම්බර්'],
  monthShort: ['ජන', 'පෙබ', 'මාර්', 'අප්‍රේ', 'මැයි', 'ජූනි', 'ජූලි', 'අගෝ', 'සැප්', 'ඔක්', 'නොවැ', 'දෙසැ'],
};

/** @typedef {{ weekday: string[], weekdayShort: string[], month: string[], monthShort: string[] }} Names */
/** @type {Map<string, Names>} */
const tables = new Map([['si', SI]]);

/** Built once per language: an Intl formatter is far too dear to build for every row. @param {string} language @returns {Names} */
function names(language) {
  let table = tables.get(language);
  if (!table) {
    const locale = language === 'en' ? 'en-GB' : language;
    /** @param {Intl.DateTimeFormatOptions} how @param {number} count @param {(i: number) => number} date */
    const list = (how, count, date) => {
      const format = new Intl.DateTimeFormat(locale, { ...how, timeZone: 'UTC' });
      return Array.from({ length: count }, (_, i) => format.format(date(i)));
    };
    /** @param {number} i */
    const weekday = (i) => Date.UTC(2026, 10, 1 + i); // 1 November 2026 is a Sunday
    /** @param {number} i */
    const month = (i) => Date.UTC(2026, i, 1);
    table = {
      weekday: list({ weekday: 'long' }, 7, weekday),
      weekdayShort: list({ weekday: 'short' }, 7, weekday),
      month: list({ month: 'long' }, 12, month),
      monthShort: list({ month: 'short' }, 12, month),
    };
    tables.set(language, table);
  }
  return table;
}

/** The first millisecond of the day, in local time. @param {number} at */
export const dayOf = (at) => new Date(at).setHours(0, 0, 0, 0);

/** Whole days between two days, safe over a change of summer time. @param {number} from @param {number} to */
const daysBetween = (from, to) => Math.round((dayOf(to) - dayOf(from)) / 86_400_000);

/** 9:24 @param {number} at */
export function clock(at) {
  const date = new Date(at);
  return `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** @param {number} at @param {number} now @param {boolean} short */
function dayAndMonth(at, now, short) {
  const date = new Date(at);
  const table = names(lang.value);
  const month = (short ? table.monthShort : table.month)[date.getMonth()];
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`;
  // Sinhala and Tamil put the month first.
  return lang.value === 'en' ? `${date.getDate()} ${month}${year}` : `${month} ${date.getDate()}${year}`;
}

/** Above the first message of a day. @param {number} at @param {{ today: string, yesterday: string }} words @param {number} [now] */
export function dayTitle(at, words, now = Date.now()) {
  const age = daysBetween(at, now);
  if (age === 0) return words.today;
  if (age === 1) return words.yesterday;
  const weekday = names(lang.value).weekday[new Date(at).getDay()];
  return age > 1 && age < 7 ? weekday : `${weekday}, ${dayAndMonth(at, now, false)}`;
}

/** At the end of a conversation row: the time today, the weekday this week, else the date. @param {number} at @param {number} [now] */
export function shortWhen(at, now = Date.now()) {
  const age = daysBetween(at, now);
  if (age <= 0) return clock(at);
  return age < 7 ? names(lang.value).weekdayShort[new Date(at).getDay()] : dayAndMonth(at, now, true);
}

/** Something to come, in few words: "18:00" today, "Mon 8:00" this week, else "12 Nov 8:00". @param {number} at @param {number} [now] */
export function upcoming(at, now = Date.now()) {
  const days = daysBetween(now, at);
  if (days === 0) return clock(at);
  return `${days > 0 && days < 7 ? names(lang.value).weekdayShort[new Date(at).getDay()] : dayAndMonth(at, now, true)} ${clock(at)}`;
}

/** "12 Nov": a day among days. @param {number} at @param {number} [now] */
export const shortDay = (at, now = Date.now()) => dayAndMonth(at, now, true);

/** The day of what lies ahead: "Tomorrow". @param {number} at @param {{ today: string, tomorrow: string }} words @param {number} [now] */
export function aheadDay(at, words, now = Date.now()) {
  const days = daysBetween(now, at);
  const weekday = names(lang.value).weekday[new Date(at).getDay()];
  return days === 0 ? words.today : days === 1 ? words.tomorrow : days > 1 && days < 7 ? weekday : `${weekday}, ${dayAndMonth(at, now, false)}`;
}

/** Of what lies ahead: "Tomorrow, 8:00". @param {number} at @param {{ today: string, tomorrow: string }} words @param {number} [now] */
export const aheadWhen = (at, words, now = Date.now()) => `${aheadDay(at, words, now)}, ${clock(at)}`;

/** A leaf of a calendar. @param {number} at */
export function leaf(at) {
  const date = new Date(at);
  const table = names(lang.value);
  return { weekday: table.weekdayShort[date.getDay()], day: date.getDate(), month: table.monthShort[date.getMonth()] };
}

/** In a sentence: "Thursday, 18:20". @param {number} at @param {{ today: string, yesterday: string }} words @param {number} [now] */
export const longWhen = (at, words, now = Date.now()) =>
  daysBetween(at, now) === 0 ? clock(at) : `${dayTitle(at, words, now)}, ${clock(at)}`;
