import type { DeployedSite, SiteStock } from './deployed-site';
import type { Figure } from './measurement';

const SIZES = [2, 20, 100];

/**
 * Counts the remote calls of a plan that finds nothing to do, from the lab's journal. A remote call is one trip over the
 * connection, which waits for its answer; it can carry several cmdlets, which are counted as well.
 */
export async function remoteCalls(stock: SiteStock): Promise<readonly Figure[]> {
  const sites: Site[] = [];
  for (const count of SIZES) sites.push(await counted(count, await stock.of(count)));
  const smallest = sites[0];
  if (smallest === undefined) return [];
  return [
    ...sites.map((site) =>
      figure('remote calls', site, smallest, ({ trips }) => trips, { of: 'ratio', atMost: 1 }),
    ),
    ...sites.map((site) => figure('cmdlets', site, smallest, ({ cmdlets }) => cmdlets)),
  ];
}

async function counted(count: number, { organization, terraform }: DeployedSite): Promise<Site> {
  organization.clearJournal();
  await terraform.noOpPlan();
  const journal = organization.journal();
  return { count, trips: new Set(journal.map(({ trip }) => trip)).size, cmdlets: journal.length };
}

interface Site {
  readonly count: number;
  readonly trips: number;
  readonly cmdlets: number;
}

function figure(
  what: string,
  site: Site,
  smallest: Site,
  value: (site: Site) => number,
  target?: NonNullable<Figure['target']>,
): Figure {
  return {
    benchmark: 'remote-calls',
    measured: `${what} of a no-op plan, servers: ${site.count}`,
    value: value(site),
    unit: 'calls',
    rounds: 1,
    ...(site === smallest
      ? {}
      : {
          peer: { measured: `servers: ${smallest.count}`, value: value(smallest) },
          ratio: value(site) / value(smallest),
          ...(target === undefined ? {} : { target }),
        }),
  };
}
