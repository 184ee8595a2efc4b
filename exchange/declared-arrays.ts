import type { Path } from '../schema';
import { path } from '../schema';
import { serversOf } from './datacentre';
import type { PublishedName } from './published-name';
import { ofDatacentre, placeIn } from './name-place';
import { clientAccessArray, isIn } from './resources';
import { idOf } from './resource-id';
import type { ClientAccessArray, ExchangeSiteProps, Server } from './site';

/** A client access array of a datacentre, with the servers and the Active Directory site that it belongs to. */
export interface DeclaredArray {
  readonly array: ClientAccessArray;
  readonly path: Path;
  readonly datacentre: string;
  /** Servers of the datacentre whose version has client access arrays, in the order of the declaration. */
  readonly servers: readonly Server[];
  /** The Active Directory site; left out where the declaration does not say which one. */
  readonly activeDirectorySite?: string;
}

/** Name of the element of an array; part of Terraform addresses. */
export function arrayId({ datacentre }: Pick<DeclaredArray, 'datacentre'>): string {
  return `array-${idOf(datacentre)}`;
}

/** The client access arrays of a site, in the order of the declaration. */
export function declaredArrays(site: ExchangeSiteProps): readonly DeclaredArray[] {
  return Object.entries(site.datacentres ?? {}).flatMap(([name, datacentre]) => {
    const { clientAccessArray: array, activeDirectorySites: sites = [] } = datacentre;
    if (array === undefined) return [];
    const servers = serversOf(site, name).filter(({ version }) => isIn(clientAccessArray, version));
    const activeDirectorySite = array.activeDirectorySite ?? (sites.length === 1 ? sites[0] : undefined);
    return [
      {
        array,
        path: path('datacentres', name, 'clientAccessArray'),
        datacentre: name,
        servers,
        ...(activeDirectorySite === undefined ? {} : { activeDirectorySite }),
      },
    ];
  });
}

/**
 * The names of arrays, to be published in DNS for internal clients only: external Outlook clients use Outlook Anywhere.
 */
export function arrayNames(site: ExchangeSiteProps): readonly PublishedName[] {
  return declaredArrays(site).map(({ array, path: at, datacentre, servers }) => ({
    host: array.fqdn,
    path: [...at, { attribute: 'fqdn' }],
    place: placeIn(ofDatacentre(datacentre), 'clientAccessArray'),
    servers,
    sides: new Set(['internal'] as const),
  }));
}
