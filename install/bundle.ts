import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(__dirname, '..');

/**
 * Bundles one program into one executable JavaScript file. Native additions of ssh2 are left out: it has the same in
 * JavaScript, and a bundle must run where nothing was compiled.
 */
export async function bundle(entry: string, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'external',
    external: ['cpu-features', '*.node'],
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
  chmodSync(file, 0o755);
}
