import type { KnownValues } from '../schema';
import type { NamedService } from './site';

/** A service that has a name for clients, including Autodiscover. */
export type NamingService = NamedService | 'autodiscover';
export const SIDES = ['internal', 'external'] as const;
export type Side = (typeof SIDES)[number];

/** A name that clients of a server use for a service. */
export interface GivenName {
  readonly server: string;
  readonly service: NamingService;
  readonly side: Side;
  /** In lower case. */
  readonly host: string;
}

/** Attributes that hold a name for clients, or a URL with one. */
export const HOST_ATTRIBUTES: readonly (readonly [attribute: string, side: Side])[] = [
  // Autodiscover has the same name on both sides: external clients find it by DNS, without a URL.
  ['uri', 'internal'],
  ['internal_url', 'internal'],
  ['external_url', 'external'],
  ['internal_hostname', 'internal'],
  ['external_hostname', 'external'],
];

/** The names in the state of an object of any type. */
export function givenNames(server: string, service: NamingService, state: KnownValues): readonly GivenName[] {
  return HOST_ATTRIBUTES.flatMap(([attribute, side]) => {
    const host = hostIn(state[attribute] ?? null);
    return host === undefined ? [] : [{ server, service, side, host }];
  });
}

/** The host of a URL, or the text itself; undefined where there is none. */
export function hostIn(value: KnownValues[string]): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const host = URL.canParse(value) ? new URL(value).hostname : value;
  return host === '' ? undefined : host.toLowerCase();
}
