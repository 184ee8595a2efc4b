import { path, type Path } from '../schema';
import type { Side } from './given-names';
import type { Dns, DnsView, ExchangeSiteProps } from './site';

/** A view of DNS, and where it is declared. */
export interface View {
  /** Clients of this side of the firewall are answered from it; one that is the only view answers both. */
  readonly side: Side;
  readonly isOnly: boolean;
  readonly declared: DnsView;
  readonly path: Path;
}

/** The internal view first: there is always one. */
export function viewsOf({ dns }: Pick<ExchangeSiteProps, 'dns'>): readonly [View, ...View[]] {
  if (!hasViews(dns)) return [{ side: 'internal', isOnly: true, declared: dns, path: path('dns') }];
  const view = (side: Side, declared: DnsView): View => ({
    side,
    isOnly: dns.external === undefined,
    declared,
    path: path('dns', side),
  });
  return [
    view('internal', dns.internal),
    ...(dns.external === undefined ? [] : [view('external', dns.external)]),
  ];
}

function hasViews(dns: Dns): dns is Exclude<Dns, DnsView> {
  return 'internal' in dns;
}
