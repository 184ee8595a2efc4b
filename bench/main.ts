import { spawnSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Figure } from './measurement';
import { verdict } from './measurement';
import { memory } from './memory';
import { noOpPlan } from './no-op-plan';
import { remoteCalls } from './remote-calls';
import { remoting } from './remoting';
import { SiteStock } from './deployed-site';
import { start } from './start';
import { synth } from './synth';
import { table } from './table';
import { VirtualDirectoryStock } from './virtual-directories';
import { Workshop } from './workshop';

/** What several benchmarks share. */
interface Stock {
  readonly workshop: Workshop;
  readonly directories: VirtualDirectoryStock;
  readonly sites: SiteStock;
}

/** In this order; `npm run bench -- <name> …` runs some of them. */
const BENCHMARKS: { readonly [name: string]: (stock: Stock) => Promise<readonly Figure[]> } = {
  start: ({ workshop }) => start(workshop),
  synth: ({ workshop }) => synth(workshop),
  'no-op-plan': ({ directories }) => noOpPlan(directories),
  memory: ({ directories, sites }) => memory(directories, sites),
  'remote-calls': ({ sites }) => remoteCalls(sites),
  remoting: ({ workshop }) => remoting(workshop),
};

/** The machine: times depend on it, ratios only a little. */
function machine(): object {
  const { stdout } = spawnSync('terraform', ['version', '-json'], {
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' },
  });
  if (!stdout) throw new Error('terraform is not on the PATH; install Terraform 1.11 or later');
  return {
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    /** Runnable processes over the last minute. A number above that of the cores means that other work was running. */
    loadBefore: loadavg()[0],
    node: process.version,
    terraform: (JSON.parse(stdout) as { readonly terraform_version: string }).terraform_version,
  };
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in BENCHMARKS));
  if (unknown !== undefined) {
    throw new Error(`there is no benchmark ${unknown}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  }
  const runsOn = machine();
  const figures: Figure[] = [];
  const workshop = await Workshop.create();
  try {
    const stock: Stock = {
      workshop,
      directories: new VirtualDirectoryStock(workshop),
      sites: new SiteStock(workshop),
    };
    for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
      if (names.length > 0 && !names.includes(name)) continue;
      process.stderr.write(`${name} …\n`);
      figures.push(...(await benchmark(stock)));
    }
  } finally {
    await workshop.close();
  }
  process.stderr.write(`\n${table(figures)}`);
  const results = figures.map((figure) => ({ ...figure, verdict: verdict(figure) }));
  process.stdout.write(`${JSON.stringify({ machine: runsOn, figures: results }, null, 2)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
