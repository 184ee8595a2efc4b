import type { Path } from '../schema';
import { saidOf } from './said-of-server';
import { type AuthenticatedService, switchesOf, type VirtualDirectoryService } from './services';
import type { ExchangeSiteProps, Server } from './site';

/** A declared authentication switch of a service on a server. */
export interface PlacedSwitch {
  readonly attribute: string;
  readonly isOn: boolean;
  /** Where it is declared. */
  readonly path: Path;
}

/** The switches of any service, by name. */
type Switches = { readonly [word: string]: boolean | undefined };

/**
 * The declared switches in the order of the row. For each switch, the setting of the server overrides that of its
 * datacentre, and that the setting of the site.
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
