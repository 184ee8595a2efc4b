import { nameCovers } from '../../pki/coverage';
import { path } from '../../schema';
import { proxiedNames, proxyCertificateNames } from '../reverse-proxy';
import type { Rule } from './rule';

export const reverseProxyCertificate: Rule = {
  id: 'reverse-proxy-certificate',
  severity: 'error',
  description:
    'The certificate of the reverse proxy covers every external name that leads to the proxy, by the name itself or by a wildcard for its first label.',
  check: ({ site }) => {
    const names = proxyCertificateNames(site);
    const isOwn = site.reverseProxy?.certificateNames !== undefined;
    return proxiedNames(site)
      .filter(({ host }) => !names.some((name) => nameCovers(name, host)))
      .map(({ host }) => ({
        path: isOwn ? path('reverseProxy', 'certificateNames') : path('reverseProxy'),
        problem: `'${host}' is not on the certificate of the reverse proxy (it has ${names.join(', ') || 'no names'})`,
        remedy: isOwn
          ? `get a certificate with it for the proxy, and add '${host}' here`
          : `declare the names on the certificate of the proxy, certificateNames: ['${host}', …]`,
      }));
  },
};
