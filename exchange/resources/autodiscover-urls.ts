import { sameUrl } from './equality';

/** Services whose URLs Autodiscover hands out in elements of their own. */
export const AUTODISCOVER_SERVICES = ['owa', 'ecp', 'ews', 'oab', 'um'] as const;
export type AutodiscoverService = (typeof AUTODISCOVER_SERVICES)[number];
type Side = 'internal' | 'external';

/** A URL in a response of Autodiscover. */
export interface SeenUrl {
  /** `EXCH/EwsUrl`. */
  readonly element: string;
  readonly service: AutodiscoverService;
  /** Left out: for clients on either side. */
  readonly side?: Side;
  readonly url: string;
}

/**
 * The declared URLs by service and side, such as `ews internal`. Any of them is right, because the response depends on
 * where the mailbox is.
 */
export type DeclaredUrls = { readonly [serviceAndSide: string]: readonly string[] };

const KEY = new RegExp(`^(${AUTODISCOVER_SERVICES.join('|')}) (internal|external)$`);

/** The service and the side that a key of declared URLs is about; undefined for another text. */
export function parseUrlKey(
  key: string,
): { readonly service: AutodiscoverService; readonly side: Side } | undefined {
  const [, service, side] = KEY.exec(key) ?? [];
  return service === undefined ? undefined : { service: service as AutodiscoverService, side: side as Side };
}

/**
 * Services whose URLs every response contains, according to Microsoft's example. Other services are in the responses of
 * some versions only.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-response-for-exchange
 */
export const ALWAYS_GIVEN: readonly AutodiscoverService[] = ['ews', 'oab', 'owa'];

const WHO: { readonly [side in Side]: string } = {
  internal: 'clients inside',
  external: 'clients outside',
};

/** The differences between a response and the declared URLs, one sentence each. */
export function urlDifferences(seen: readonly SeenUrl[], declared: DeclaredUrls): readonly string[] {
  const wrong = seen.flatMap(({ element, service, side, url }) => {
    const right = (['internal', 'external'] as const)
      .filter((each) => side === undefined || side === each)
      .flatMap((each) => declaredFor(service, each, declared) ?? []);
    if (right.length === 0 || right.some((each) => isGiven(service, each, url))) return [];
    return [`${element} is ${url}, and ${service} is declared with ${[...new Set(right)].join(' or ')}`];
  });
  const missing = Object.keys(declared).flatMap((key) => {
    const wanted = parseUrlKey(key);
    if (wanted === undefined || !ALWAYS_GIVEN.includes(wanted.service)) return [];
    const { service, side } = wanted;
    const isThere = seen.some((each) => each.service === service && (each.side ?? side) === side);
    return isThere ? [] : [`there is no URL of ${service} for ${WHO[side]}`];
  });
  return [...wrong, ...missing];
}

/**
 * The URL of ECP leads to the options of a mailbox, which are in Outlook on the web from 2016 on (unverified). The URL
 * of either is right.
 */
function declaredFor(
  service: AutodiscoverService,
  side: Side,
  declared: DeclaredUrls,
): readonly string[] | undefined {
  const own = declared[`${service} ${side}`];
  return service === 'ecp' && own !== undefined ? [...own, ...(declared[`owa ${side}`] ?? [])] : own;
}

/**
 * Whether a URL is the declared one. Each offline address book has its own folder below the URL of the OAB directory.
 */
function isGiven(service: AutodiscoverService, declared: string, url: string): boolean {
  if (sameUrl(declared, url)) return true;
  const folder = `${declared.toLowerCase().replace(/\/+$/, '')}/`;
  return service === 'oab' && url.toLowerCase().startsWith(folder);
}
