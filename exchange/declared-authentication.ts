import type { Path } from '../schema';
import { saidOf } from './said-of-server';
import { type AuthenticatedService, switchesOf, type VirtualDirectoryService } from './services';
import type { ExchangeSiteProps, Server } from './site';

/** A switch of authentication of a service on a server. */
export interface PlacedSwitch {
  readonly attribute: string;
  readonly isOn: boolean;
  /** Where it is declared. */
  readonly path: Path;
}

/** Each service has its own words. */
type Switches = { readonly [word: string]: boolean | undefined };

/**
 * The switches that are declared, in the order of the row: what the server says counts, switch by switch, before what its
 * datacentre says, and that before what the site says.
 */
export function authenticationOf(
  site: ExchangeSiteProps,
  server: Server,
  row: VirtualDirectoryService,
): readonly PlacedSwitch[] {
  const places = saidOf(site, server, 'authentication').map(({ value, path: at }) => {
    const switches: Switches = value[row.service as AuthenticatedService] ?? {};
    return { switches, at: [...at, { attribute: row.service }] };
  });
  return Object.entries(switchesOf(row)).flatMap(([word, attribute]) => {
    const [found] = places.flatMap(({ switches, at }) => {
      const isOn = switches[word];
      return isOn === undefined ? [] : [{ attribute, isOn, path: [...at, { attribute: word }] }];
    });
    return found ?? [];
  });
}
