import type { Problem } from '../schema';
import { formatPath } from '../schema';
import { isFor, isLeftOut, zoneHolding } from './dns-records';
import type { View } from './dns-views';
import type { PublishedName } from './published-name';
import { includesName } from './resources/equality';
import type { ExchangeSiteProps } from './site';

/** Why a view does not hold a name of the site; undefined where it does. */
export function unheldName(
  site: ExchangeSiteProps,
  view: View,
  published: PublishedName,
): Problem | undefined {
  if (zoneHolding(site, view, published) !== undefined) return undefined;
  const { host } = published;
  const at = formatPath(view.path);
  const leaveOut = 'leave it out';
  if (includesName(Object.keys(view.declared.notPublished ?? {}), host)) {
    return {
      problem: `'${host}' is left out of this view, by ${at}.notPublished`,
      remedy: `${leaveOut}, here or there`,
    };
  }
  if (isLeftOut(site, view, published)) {
    return { problem: `'${host}' is the name of a server, which registers it itself`, remedy: leaveOut };
  }
  return isFor(view, published) || view.side === 'internal'
    ? {
        problem: `'${host}' lies in no zone of this view`,
        remedy: `${leaveOut}, or add its zone to ${at}.zones`,
      }
    : { problem: `'${host}' is for clients inside only`, remedy: leaveOut };
}
