import { peakOfEmptyNode } from './empty-node';
import { peakOfProvider } from './provider-memory';
import type { Figure } from './measurement';
import type { SiteStock } from './deployed-site';
import type { TerraformFolder } from './terraform-folder';
import type { VirtualDirectoryStock } from './virtual-directories';

const COUNT = 1000;
const SERVERS = 100;
const TARGET = { of: 'value', atMost: 150 } as const;

/** The most memory that the provider holds, against that of an empty Node. */
export async function memory(stock: VirtualDirectoryStock, sites: SiteStock): Promise<readonly Figure[]> {
  const { terraform, applyPeakMegabytes } = await stock.of(COUNT);
  const planPeak = await peakOfPlan(terraform);
  const site = await sites.of(SERVERS);
  const sitePeak = await peakOfPlan(site.terraform);
  if (applyPeakMegabytes === undefined || planPeak === undefined || sitePeak === undefined) {
    process.stderr.write('memory: not measured, since this system has no /proc\n');
    return [];
  }
  const node = await peakOfEmptyNode({
    folder: terraform.folder,
    environment: stock.workshop.environment(),
  });
  return [
    { what: `a no-op plan of ${COUNT} virtual directories`, value: planPeak },
    { what: `the apply that sets these ${COUNT}`, value: applyPeakMegabytes },
    { what: `a no-op plan of a site of ${SERVERS} servers`, value: sitePeak },
  ].map(({ what, value }) => ({
    benchmark: 'memory',
    measured: `peak memory of the provider, ${what}`,
    value,
    unit: 'MB',
    rounds: 1,
    peer: { measured: 'an empty Node', value: node },
    ratio: value / node,
    target: TARGET,
  }));
}

/** The highest peak among the provider's processes; undefined where the system has no /proc. */
async function peakOfPlan(terraform: TerraformFolder): Promise<number | undefined> {
  const peak = peakOfProvider();
  await terraform.noOpPlan(peak.watch);
  return peak.megabytes();
}
