import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build, transform } from 'esbuild';

const root = resolve(__dirname, '..');

/**
 * Bundles one program into one executable JavaScript file. What the program loads by `import()` lies in it as text,
 * compiled when it is first needed: Node reads the whole of a program's code before it runs any of it, and Terraform
 * starts a provider three times for each plan. Text costs a fifth of what code does (docs/benchmarks.md).
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

function program(main: string, parts: ReadonlyMap<string, string>): string {
  return `#!/usr/bin/env node
'use strict';
const parts = new Map(${JSON.stringify([...parts])});
const loaded = new Map();
function load(name) {
  const text = parts.get(name);
  if (text === undefined) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const names = ['module', 'exports', 'require', '__filename', '__dirname'];
  const run = require('node:vm').compileFunction(text, names, { filename: name });
  run(module, module.exports, load, __filename, __dirname);
  return module.exports;
}
(function (require) {
${main}
})(load);
`;
}
