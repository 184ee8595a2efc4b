import { path } from '../../schema';
import { MAIL_PROTOCOLS } from '../mail-protocols';
import { balances, hasCertificateFor, nlbClusters } from '../nlb';
import type { Rule } from './rule';

export const nlbMailCertificate: Rule = {
  id: 'nlb-mail-certificate',
  severity: 'warning',
  description:
    "If a cluster of Windows Network Load Balancing balances POP or IMAP, a declared certificate has this service on every host. Otherwise mail programs would be shown the host's own certificate, which lacks the name of the cluster.",
  check: ({ site }) =>
    nlbClusters(site).flatMap((cluster) =>
      MAIL_PROTOCOLS.filter((row) => balances(cluster, row)).flatMap((row) => {
        const without = cluster.hosts.filter(({ server }) => !hasCertificateFor(site, row, server));
        if (without.length === 0) return [];
        return [
          {
            path: [...cluster.path, ...path('nlb', 'ports')],
            problem: `${row.title} is balanced, and no certificate is given to it on ${without.map(({ server }) => server.name).join(', ')}`,
            remedy: `add '${row.service}' to the services of their certificate, or take ${row.ports.startTls} and ${row.ports.tls} out of the ports`,
          },
        ];
      }),
    ),
};
