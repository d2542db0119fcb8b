// The two lists of files that a build step would have made: modulepreload in index.html, the shell in sw.js.
// `node lists.mjs --write` renews them; lists.test.mjs says when they are stale.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const STATIC = join(dirname(fileURLToPath(import.meta.url)), '../../static');

/** @param {string} path under static/ */
const read = (path) => readFileSync(join(STATIC, path), 'utf8');

/** What the first page imports at once, in the order it is found. @param {string} entry */
export function eagerModules(entry = 'js/main.js') {
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} path */
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    if (path.startsWith('vendor/')) return;
    for (const [, target] of read(path).matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)';/gmsu)) visit(relative(STATIC, join(STATIC, dirname(path), target)));
  };
  visit(entry);
  found.delete('js/core/types.js');
  return [...found];
}

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  readdirSync(join(STATIC, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(STATIC, join(entry.parentPath, entry.name)))
    .sort();

/** Everything needed to start and to use the app without a network; the fonts of a script come when it is used. */
export function shellFiles() {
  const all = ['css', 'js', 'vendor', 'i18n', 'icons'].flatMap(filesIn).filter((path) => /\.(css|js|json|svg)$/u.test(path));
  return ['index.html', 'manifest.webmanifest', 'fonts/inter.woff2', ...all.filter((path) => path !== 'js/core/types.js')];
}

const PRELOAD = /( *<link rel="modulepreload" href="[^"]+">\n)+|@@PRELOAD@@\n/u;
const SHELL = /const SHELL = \[\n[^\]]*\];/u;

export const indexWithList = () =>
  read('index.html').replace(PRELOAD, eagerModules().map((path) => `    <link rel="modulepreload" href="/${path}">\n`).join(''));
export const workerWithList = () =>
  read('sw.js').replace(SHELL, `const SHELL = [\n${shellFiles().map((path) => `  '/${path}',`).join('\n')}\n];`);

if (process.argv.includes('--write')) {
  writeFileSync(join(STATIC, 'index.html'), indexWithList());
  writeFileSync(join(STATIC, 'sw.js'), workerWithList());
}
