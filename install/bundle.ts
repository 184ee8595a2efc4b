import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';

const root = resolve(__dirname, '..');
const COMMENT = '//';
const NEWLINE = '\n';

/**
 * Names stay, so that a log shows which function an error came from. esbuild's `keepNames` beside short names would do that,
 * too, but it sets the name of each function when it is made, at run time.
 */
const SHORTENED = { minifyWhitespace: true, minifySyntax: true } as const;

/**
 * Bundles one program into one executable JavaScript file. Parts that the program loads by `import()` are kept as text,
 * and are compiled only when they are first needed: Node parses a whole program before it runs any of it, and Terraform
 * starts a provider three times for each plan (docs/benchmarks.md).
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
    // esbuild splits a program only in this format. The parts are turned into CommonJS below.
    format: 'esm',
    splitting: true,
    ...SHORTENED,
    legalComments: 'external',
    // Optional native parts of ssh2, which has the same functions in JavaScript: a bundle must also run where nothing can
    // be compiled.
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
  if (code === undefined) throw new Error(`esbuild did not write ${main}`);
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
    ...SHORTENED,
    // The parts are in the same file, so that import() cannot load them. This turns it into require().
    supported: { 'dynamic-import': false },
  });
  return code;
}

/**
 * The text of the bundled program: the main part as code, and each other part as JSON text in a comment at the end of the file.
 * V8 skips a comment much faster than a string. Places are counted from the end of the file, so that they do not depend on the
 * length of the code that holds them.
 */
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
