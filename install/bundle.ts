import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';

const root = resolve(__dirname, '..');
const COMMENT = '//';
const NEWLINE = '\n';

/**
 * Bundles one program into one executable JavaScript file. What the program loads by `import()` lies in it as text,
 * read and compiled when it is first needed: Node goes through the whole of a program's code before it runs any of it,
 * and Terraform starts a provider three times for each plan (docs/benchmarks.md).
 */
export async function bundle(entry: string, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    outdir: dirname(file),
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // esbuild splits only this format; the parts are turned into CommonJS below.
    format: 'esm',
    splitting: true,
    minify: true,
    keepNames: true,
    legalComments: 'external',
    // Native additions of ssh2: it has the same in JavaScript, and a bundle must run where nothing was compiled.
    external: ['cpu-features', '*.node'],
    logLevel: 'warning',
  });
  const parts = new Map<string, string>();
  const legal: string[] = [];
  for (const { path, text } of outputFiles) {
    if (path.endsWith('.js')) parts.set(`./${basename(path)}`, await asCommonJs(text));
    else legal.push(text);
  }
  const main = `./${basename(entry, '.ts')}.js`;
  const code = parts.get(main);
  if (code === undefined) throw new Error(`esbuild made no ${main}`);
  parts.delete(main);
  writeFileSync(file, program(code, parts));
  writeFileSync(`${file}.LEGAL.txt`, legal.join('\n'));
  chmodSync(file, 0o755);
}

async function asCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    // The parts of one file cannot be imported, only required.
    supported: { 'dynamic-import': false },
  });
  return code;
}

/** Parts as comments at the end of the file, a line each: V8 runs over a comment far faster than over a text. */
function program(main: string, parts: ReadonlyMap<string, string>): string {
  const lines = [...parts].map(([name, text]) => ({ name, line: JSON.stringify(text) }));
  const places: { [name: string]: readonly [fromEnd: number, bytes: number] } = {};
  let fromEnd = 0;
  for (const { name, line } of [...lines].reverse()) {
    const bytes = Buffer.byteLength(line);
    fromEnd += bytes + NEWLINE.length;
    places[name] = [fromEnd, bytes];
    fromEnd += COMMENT.length;
  }
  return `#!/usr/bin/env node
'use strict';
const places = ${JSON.stringify(places)};
const loaded = new Map();
let file;
function read([fromEnd, bytes]) {
  const fs = require('node:fs');
  file ??= fs.openSync(__filename);
  const buffer = Buffer.alloc(bytes);
  if (fs.readSync(file, buffer, 0, bytes, fs.fstatSync(file).size - fromEnd) < bytes) {
    throw new Error(__filename + ' is cut off: install it again');
  }
  return JSON.parse(buffer.toString());
}
function load(name) {
  if (!Object.hasOwn(places, name)) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const names = ['module', 'exports', 'require', '__filename', '__dirname'];
  const run = require('node:vm').compileFunction(read(places[name]), names, { filename: name });
  run(module, module.exports, load, __filename, __dirname);
  return module.exports;
}
(function (require) {
${main}
})(load);
${lines.map(({ line }) => `${COMMENT}${line}${NEWLINE}`).join('')}`;
}
