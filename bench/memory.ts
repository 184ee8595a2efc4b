import { peakOfEmptyNode } from './empty-node';
import { peakOfProvider } from './provider-memory';
import type { Figure } from './measurement';
import type { VirtualDirectoryStock } from './virtual-directories';

const COUNT = 1000;
const TARGET = { of: 'value', atMost: 150 } as const;

/** The most memory that the provider holds, against that of an empty Node. */
export async function memory(stock: VirtualDirectoryStock): Promise<readonly Figure[]> {
  const { terraform, applyPeakMegabytes } = await stock.of(COUNT);
  const plan = peakOfProvider();
  await terraform.noOpPlan(plan.watch);
  const planPeakMegabytes = plan.megabytes();
  if (applyPeakMegabytes === undefined || planPeakMegabytes === undefined) {
    process.stderr.write('memory: not measured, since this system has no /proc\n');
    return [];
  }
  const node = await peakOfEmptyNode({
    folder: terraform.folder,
    environment: stock.workshop.environment(),
  });
  return [
    { what: 'a no-op plan', value: planPeakMegabytes },
    { what: 'the apply that sets all', value: applyPeakMegabytes },
  ].map(({ what, value }) => ({
    benchmark: 'memory',
    measured: `peak memory of the provider, ${COUNT} virtual directories, ${what}`,
    value,
    unit: 'MB',
    rounds: 1,
    peer: { measured: 'an empty Node', value: node },
    ratio: value / node,
    target: TARGET,
  }));
}
