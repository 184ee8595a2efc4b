import { path } from '../../schema';
import { canonicalAddress, listed } from '../addresses';
import type { Rule } from './rule';

export const reverseProxyWpad: Rule = {
  id: 'reverse-proxy-wpad',
  severity: 'error',
  description:
    'The listener of the reverse proxy does not use port 80 at the address from which internal clients get their proxy settings (WPAD), because these are served on that port.',
  check: ({ site: { reverseProxy: proxy }, recordSets }) => {
    if (proxy?.listensOnHttp !== true || proxy.wpadAddress === undefined) return [];
    const wpad = canonicalAddress(proxy.wpadAddress);
    // If an internal name resolves to the address, the listener accepts requests there too.
    const inside = recordSets.flatMap(({ view, addresses }) => (view === 'internal' ? addresses : []));
    return [...listed(proxy.address), ...inside].some((address) => canonicalAddress(address) === wpad)
      ? [
          {
            path: path('reverseProxy', 'listensOnHttp'),
            problem: `the listener would take port 80 of ${proxy.wpadAddress}, which hands clients their proxy settings (WPAD) there`,
            remedy: 'take it out, or give the listener an address of its own',
          },
        ]
      : [];
  },
};
