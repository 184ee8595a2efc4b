import { path, type Path } from '../schema';
import { type AuthenticatedService, switchesOf, type VirtualDirectoryService } from './services';
import type { ExchangeSiteProps } from './site';

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
 * The switches that are declared, in the order of the row: what the server says counts, switch by switch, before what the
 * site says.
 *
 * @param index of the server
 */
export function authenticationOf(
  { servers, authentication }: ExchangeSiteProps,
  index: number,
  row: VirtualDirectoryService,
): readonly PlacedSwitch[] {
  const places = [
    { declared: servers[index]?.authentication, at: path('servers', index, 'authentication') },
    { declared: authentication, at: path('authentication') },
  ].map(({ declared = {}, at }) => {
    const switches: Switches = declared[row.service as AuthenticatedService] ?? {};
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
