import { isOnServer } from '../declared-certificates';
import { catalogOf, ExchangeVersion } from '../versions';
import { type Rule, withVersion } from './rule';

const has = (version: ExchangeVersion) =>
  catalogOf(version).has('Import-ExchangeCertificate', 'PrivateKeyExportable');

export const certificateExportable: Rule = {
  id: 'certificate-exportable',
  severity: 'error',
  description:
    '`privateKeyExportable` is declared only for servers whose import cmdlet has this parameter. That of Exchange 2007 does not.',
  check: ({ topology: { placements }, certificates }) => {
    const first = ExchangeVersion.ALL.find(has);
    return certificates.flatMap((certificate) => {
      const { declared, path: at } = certificate;
      const lacking = placements
        .map(({ server }) => server)
        .filter((server) => isOnServer(certificate, server) && !has(server.version));
      if (declared.privateKeyExportable === undefined || lacking.length === 0) return [];
      return [
        {
          path: [...at, { attribute: 'privateKeyExportable' }],
          problem: `${lacking.map(withVersion).join(' and ')} cannot set whether the private key may be exported again: ${first?.toString() ?? 'no version'} and later can`,
          remedy: 'take it out, or declare a certificate of its own for servers that have it',
        },
      ];
    });
  },
};
