import type { NamingService } from './given-names';

/**
 * Whose `namespaces` a name is declared in: `''` for the site, `datacentres.lisbon` or `servers.EX01` for a datacentre
 * or a server.
 */
export type Scope = string;

export const SITE: Scope = '';

export const ofDatacentre = (name: string): Scope => `datacentres.${name}`;
export const ofServer = (name: string): Scope => `servers.${name}`;

/**
 * The place of further names, which no URL uses, within a scope. Names for one side of the firewall only have the place
 * `alsoPublished.internal` or `alsoPublished.external`.
 */
export const FURTHER = 'alsoPublished';

/** Whether a place is that of a further name, which no URL uses. */
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

/** The scopes whose names apply to a server, the most specific first. */
export function scopesOf(server: string, datacentre?: string): readonly Scope[] {
  return [ofServer(server), ...(datacentre === undefined ? [] : [ofDatacentre(datacentre)]), SITE];
}

/**
 * The place that a service has its name from: in the most specific scope with a name for the service, or with a
 * `client` name. Undefined where there is none: remote PowerShell never uses the `client` name.
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
