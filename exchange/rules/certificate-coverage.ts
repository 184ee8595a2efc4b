import { nameCovers } from '../../pki/coverage';
import { publishedHosts } from '../namespaces';
import type { Rule } from './rule';

export const certificateCoverage: Rule = {
  id: 'certificate-coverage',
  severity: 'error',
  description:
    'Every published name stands on the certificate, by its name or by a wildcard for its first label.',
  check: ({ site }) =>
    publishedHosts(site).flatMap(({ host, path }) =>
      site.certificate.names.some((name) => nameCovers(name, host))
        ? []
        : [
            {
              path,
              problem: `'${host}' is not on the certificate (it has ${site.certificate.names.join(', ') || 'no names'})`,
              remedy: `correct the name, or get a certificate with it and add '${host}' to certificate.names; a new name for what clients know by another one takes the steps of docs/operations.md, "Renaming a namespace"`,
            },
          ],
    ),
};
