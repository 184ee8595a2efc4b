import { join } from 'node:path';
import type { Server } from '../exchange/site';
import { ExchangeVersion } from '../exchange/versions';
import { SimulatedOrganization } from '../lab/exchange/organization';
import type { Workshop } from './workshop';

export const DOMAIN = 'bench.example';

/** Servers EX001, EX002 and so on. */
export function serversNamed(count: number): readonly Server[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `EX${String(index + 1).padStart(3, '0')}`;
    return {
      name,
      fqdn: `${name}.${DOMAIN}`,
      address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      version: ExchangeVersion.V2019,
    };
  });
}

/** An organization of the lab with these servers, in the state after Setup. */
export function newOrganization(workshop: Workshop, servers: readonly Server[]): SimulatedOrganization {
  const folder = join(workshop.folder('organization'), 'state');
  const organization = SimulatedOrganization.create(folder, { domain: DOMAIN });
  for (const { name, fqdn, version } of servers) organization.addServer({ name, fqdn, version });
  return organization;
}
