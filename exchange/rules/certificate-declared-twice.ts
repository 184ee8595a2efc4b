import { formatPath, path } from '../../schema';
import { isCommitted } from '../committed-certificate';
import { sameName } from '../resources/equality';
import type { Rule, RuleCertificate } from './rule';

export const certificateDeclaredTwice: Rule = {
  id: 'certificate-declared-twice',
  severity: 'error',
  description:
    'No two declared certificates are one and the same: it would be managed twice on its servers, once with the services of each.',
  check: ({ certificates }) =>
    certificates.flatMap((certificate, position) => {
      const before = certificates.slice(0, position);
      const sameFile = before.find((other) => pfxOf(other) === pfxOf(certificate));
      const thumbprint = thumbprintOf(certificate);
      const same =
        sameFile ??
        before.find((other) => thumbprint !== undefined && sameName(thumbprintOf(other) ?? '', thumbprint));
      if (same === undefined) return [];
      const at = path(sameFile === undefined ? 'thumbprint' : 'pfxFile');
      return [
        {
          path: sameFile === undefined ? certificate.path : [...certificate.path, ...at],
          problem:
            sameFile === undefined
              ? `it is the certificate ${thumbprint ?? ''}, as ${formatPath(same.path)} is`
              : `'${certificate.declared.pfxFile}' is the PFX file of ${formatPath(same.path)}, too`,
          remedy: `declare it once, with the services of both: ${formatPath([...same.path, ...path('services')])}`,
        },
      ];
    }),
};

/** Slashes of either kind and letter case do not make two files, on Windows at least. */
function pfxOf({ declared }: RuleCertificate): string {
  return declared.pfxFile.replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();
}

function thumbprintOf({ declared, committed }: RuleCertificate): string | undefined {
  return isCommitted(committed) ? committed.facts.thumbprint : declared.thumbprint;
}
