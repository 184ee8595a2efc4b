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
    const { wpadAddress } = proxy;
    const isWpad = (address: string) => canonicalAddress(address) === canonicalAddress(wpadAddress);
    const at = path('reverseProxy', 'listensOnHttp');
    if (listed(proxy.address).some(isWpad)) {
      return [
        {
          path: at,
          problem: `the listener would take port 80 of ${wpadAddress}, which hands clients their proxy settings (WPAD) there`,
          remedy: 'take it out, or give the listener an address of its own',
        },
      ];
    }
    // If an internal name resolves to the address, the listener accepts requests there too.
    const leading = recordSets.find(({ view, addresses }) => view === 'internal' && addresses.some(isWpad));
    return leading === undefined
      ? []
      : [
          {
            path: at,
            problem: `the listener would take port 80 of ${wpadAddress}, to which '${leading.host}' resolves inside and which hands clients their proxy settings (WPAD) there`,
            remedy: `take it out, let '${leading.host}' resolve inside to another address, or give wpadAddress another one`,
          },
        ];
  },
};
