import { path, type Path } from '../schema';
import { listed } from './addresses';
import type { Side } from './given-names';
import type { Dns, DnsView, ExchangeSiteProps } from './site';

/** A view of DNS, and where it is declared. */
export interface View {
  /** The side of the firewall whose clients use the view. If it is the only view, clients of both sides use it. */
  readonly side: Side;
  readonly isOnly: boolean;
  readonly declared: DnsView;
  readonly path: Path;
  /** Addresses of the reverse proxy, which the names of this view resolve to; left out where there is none. */
  readonly proxy?: readonly string[];
}

/** The internal view first: there is always one. */
export function viewsOf({
  dns,
  reverseProxy,
}: Pick<ExchangeSiteProps, 'dns' | 'reverseProxy'>): readonly [View, ...View[]] {
  if (!hasViews(dns)) return [{ side: 'internal', isOnly: true, declared: dns, path: path('dns') }];
  const view = (side: Side, declared: DnsView): View => ({
    side,
    isOnly: dns.external === undefined,
    declared,
    path: path('dns', side),
  });
  const proxy = reverseProxy === undefined ? {} : { proxy: listed(reverseProxy.address) };
  return [
    view('internal', dns.internal),
    ...(dns.external === undefined ? [] : [{ ...view('external', dns.external), ...proxy }]),
  ];
}

function hasViews(dns: Dns): dns is Exclude<Dns, DnsView> {
  return 'internal' in dns;
}
