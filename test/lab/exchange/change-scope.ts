import { SimulatedOrganization } from '../../../lab/exchange/organization';

/** A process of its own: `change-scope <folder> <name> <count>` adds so many sites to BSAEX01's Autodiscover scope. */
async function main([folder, name, count]: readonly string[]): Promise<void> {
  const host = SimulatedOrganization.open(folder!).host('BSAEX01');
  for (let index = 0; index < Number(count); index += 1) {
    const args = [
      { name: 'Identity', value: 'BSAEX01' },
      { name: 'AutoDiscoverSiteScope', value: { entries: { Add: `${name}${index}` } } },
    ];
    const pipeline = { statements: [[{ name: 'Set-ClientAccessServer', isScript: false, args }]] };
    for await (const emission of host.run(pipeline, new AbortController().signal)) {
      if (emission.kind === 'failed') throw new Error(emission.error.message);
    }
  }
}

void main(process.argv.slice(2));
