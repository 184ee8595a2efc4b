import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { SiteStack } from '../../constructs/site-stack';
import type { ExchangePlan } from '../../exchange/plan/model';
import type { ExchangeSiteProps } from '../../exchange/site';

const FILES = ['cdk.tf.json', 'exchange-plan.json', 'exchange-plan.ps1'] as const;
export type Files = { readonly [name in (typeof FILES)[number]]: string };

/** What synth writes of a declaration, by the name of its stack. */
export function synthesize(stack: string, site: ExchangeSiteProps): Files {
  const project = mkdtempSync(join(tmpdir(), 'synthesized-'));
  try {
    const app = new App({ stackTraces: false, outdir: join(project, 'cdktf.out') });
    new SiteStack(app, stack, { site }, project);
    app.synth();
    const folder = join(project, 'cdktf.out/stacks', stack);
    return Object.fromEntries(FILES.map((name) => [name, readFileSync(join(folder, name), 'utf8')])) as Files;
  } finally {
    rmSync(project, { recursive: true });
  }
}

export function planOf(files: Files): ExchangePlan {
  return JSON.parse(files['exchange-plan.json']) as ExchangePlan;
}

/** UPDATE_GOLDEN=1 writes them anew; then review the difference by eye against the scenario. */
export function expectGolden(folder: string, files: Files): void {
  const path = join(__dirname, '../golden', folder);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path, { recursive: true });
    FILES.forEach((name) => writeFileSync(join(path, name), files[name]));
  }
  FILES.forEach((name) => expect(files[name]).toBe(readFileSync(join(path, name), 'utf8')));
}
