// Renews static/vendor and the icon sprite from the versions pinned in package.json.
// Run by a maintainer only: `npm install && npm run vendor` in a copy of this folder, or here (node_modules is ignored).
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../static');
const modules = dirname(dirname(createRequire(import.meta.url).resolve('preact/package.json')));

/** One file for everything that must share a single copy of Preact; a second copy breaks hooks. */
const PREACT = `
import { h } from 'preact';
import htm from 'htm';
export const html = htm.bind(h);
export { h, render, Fragment } from 'preact';
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useId } from 'preact/hooks';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '@preact/signals';
`;
const VIRTUAL = `export { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '@tanstack/virtual-core';`;
const SOCKET = `export { io } from 'socket.io-client';`;

/** @param {string} contents @param {string} name */
const bundle = (contents, name) =>
  build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser', 'import'],
    legalComments: 'none',
    nodePaths: [modules],
    define: { 'process.env.NODE_ENV': '"production"' },
    outfile: join(target, 'vendor', name),
  });

await bundle(PREACT, 'preact.js');
await bundle(VIRTUAL, 'virtual.js');
await bundle(SOCKET, 'socket.io.js');

const names = (await readFile(join(here, 'icons.txt'), 'utf8')).split(/\s+/).filter(Boolean);
const symbols = await Promise.all(
  names.map(async (name) => {
    const svg = await readFile(join(modules, 'lucide-static/icons', `${name}.svg`), 'utf8');
    const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, ' ').trim()}</symbol>`;
  }),
);
await writeFile(
  join(target, 'icons/sprite.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`,
);
