import { nameCovers } from '../../pki/coverage';
import { formatPath, path } from '../../schema';
import { isOnServer, titleOf } from '../declared-certificates';
import { hostsOn, mustCoverHosts } from '../required-names';
import type { Rule } from './rule';

export const certificateCoverage: Rule = {
  id: 'certificate-coverage',
  severity: 'error',
  description:
    'The certificate that clients see on a server covers every published name that leads to this server, by the name itself or by a wildcard for its first label. A name of POP or IMAP may instead be covered by another certificate of the same servers, and a further name (alsoPublished) may instead be, literally, on another one without IIS.',
  check: ({ site, topology, certificates }) =>
    certificates.filter(mustCoverHosts).flatMap((certificate) => {
      const { names } = certificate.declared;
      const servers = site.servers.filter((server) => isOnServer(certificate, server));
      return hostsOn(topology, certificate, servers).flatMap(({ host, path: at }) =>
        names.some((name) => nameCovers(name, host))
          ? []
          : [
              {
                path: at,
                problem: `'${host}' is not on ${titleOf(certificate)} (it has ${names.join(', ')})`,
                remedy: `correct the name, or get a certificate with it and add '${host}' to ${formatPath([...certificate.path, ...path('names')])}; a new name for what clients know by another one takes the steps of docs/operations.md, "Renaming a namespace"`,
              },
            ],
      );
    }),
};
