import { path, type Path } from '../../schema';
import { isHostName } from '../resources/host';
import type { Finding, Rule } from './rule';

export const certificateNames: Rule = {
  id: 'certificate-names',
  severity: 'error',
  spelling: true,
  description:
    'Names on a certificate are host names. A wildcard replaces the whole first label only (RFC 6125, section 6.4.3).',
  check: ({ site, certificates }) => [
    ...certificates.flatMap(({ declared, path: at }) => unfit(declared.names, [...at, ...path('names')])),
    ...unfit(site.reverseProxy?.certificateNames ?? [], path('reverseProxy', 'certificateNames')),
  ],
};

function unfit(names: readonly string[], at: Path): readonly Finding[] {
  return names.flatMap((name, index) => {
    const rest = name.startsWith('*.') ? name.slice(2) : name;
    // A private authority may also certify a name without a domain.
    if (isHostName(rest) && (rest === name || rest.includes('.'))) return [];
    return [
      {
        path: [...at, { index }],
        problem: `'${name}' is not a name that a certificate can hold`,
        remedy: 'write it as mail.contoso.com or *.contoso.com',
      },
    ];
  });
}
