import type { NamingService } from './given-names';

/**
 * Where names are declared: `''` in `namespaces` of the site, `datacentres.lisbon` or `servers.EX01` in those of a
 * datacentre or a server.
 */
export type Scope = string;

export const SITE: Scope = '';

export const ofDatacentre = (name: string): Scope => `datacentres.${name}`;
export const ofServer = (name: string): Scope => `servers.${name}`;

/** Where names stand in a scope that no server gives to clients; those for one side of the firewall in `alsoPublished.internal`. */
export const FURTHER = 'alsoPublished';

/** Whether a name at a place is given to no client. */
export function isFurther(place: string): boolean {
  return scopeAndPlace(place)[1].split('.')[0] === FURTHER;
}

/** A place in `namespaces` of a scope: `client`, `datacentres.lisbon.services.ews`. */
export function placeIn(scope: Scope, ...steps: readonly string[]): string {
  return (scope === SITE ? steps : [scope, ...steps]).join('.');
}

/** The scope of a place, and the place within it. */
export function scopeAndPlace(place: string): readonly [scope: Scope, within: string] {
  const [, scope, within] = /^((?:datacentres|servers)\.[^.]+)\.(.+)$/.exec(place) ?? [];
  return scope === undefined || within === undefined ? [SITE, place] : [scope, within];
}

/** Scopes whose names count for a server, the most specific first. */
export function scopesOf(server: string, datacentre?: string): readonly Scope[] {
  return [ofServer(server), ...(datacentre === undefined ? [] : [ofDatacentre(datacentre)]), SITE];
}

/**
 * Where a service has its name from: of several scopes the most specific that has one for it, or one for all clients.
 * Undefined where there is none: remote PowerShell has only a name that is declared for it.
 */
export function placeOf(
  service: NamingService | 'client',
  scopes: readonly Scope[],
  isDeclared: (place: string) => boolean,
): string | undefined {
  const places = scopes.flatMap((scope) => {
    if (service === 'client' || service === 'autodiscover') return [placeIn(scope, service)];
    const own = placeIn(scope, 'services', service);
    return service === 'powershell' ? [own] : [own, placeIn(scope, 'client')];
  });
  return places.find(isDeclared);
}
