import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A provider's entry file and all that it imports as one JavaScript file, in a folder of its own. */
export function bundleProvider(entry: string): { readonly bundle: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'provider-bundle-'));
  const bundle = join(folder, 'provider.js');
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', target: 'node20', outfile: bundle });
  return { bundle, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
