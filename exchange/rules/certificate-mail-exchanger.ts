import { formatPath, type Path } from '../../schema';
import { isOnServer } from '../declared-certificates';
import { namesInDns, serversBehind } from '../dns-records';
import { declaredRecords, plainName } from '../further-records';
import { sameName } from '../resources/equality';
import type { ExchangeSiteProps, Server } from '../site';
import { type Finding, type Rule, withoutDuplicates } from './rule';

export const certificateMailExchanger: Rule = {
  id: 'certificate-mail-exchanger',
  severity: 'warning',
  description:
    'A server to which an MX record sends mail has a certificate with the service SMTP. Without it, senders are shown the self-signed certificate that Setup made, and those that validate certificates refuse it.',
  check: ({ site, certificates }) =>
    withoutDuplicates(
      mailExchangers(site).flatMap(({ domain, exchange, at, servers }): readonly Finding[] => {
        const ofServer = (server: Server) => certificates.filter((each) => isOnServer(each, server));
        const without = servers.filter((server) =>
          ofServer(server).every(({ declared }) => !declared.services.includes('SMTP')),
        );
        const [first] = without.flatMap(ofServer);
        if (first === undefined) return [];
        return [
          {
            path: [...first.path, { attribute: 'services' }],
            problem: `SMTP is not among the services of ${without.map(({ name }) => name).join(', ')}, to which the MX record of ${domain} sends mail (${exchange}, at ${formatPath(at)})`,
            remedy: `add 'SMTP', unless something in front of the servers takes the mail`,
          },
        ];
      }),
    ),
};

/** The names of the site in MX records, with the servers that they lead to. */
function mailExchangers(site: ExchangeSiteProps) {
  const names = namesInDns(site);
  return declaredRecords(site).flatMap(({ view, content, host: domain, path }) =>
    content.recordType !== 'MX'
      ? []
      : content.exchangers.flatMap(({ exchange }, index) => {
          const published = names.find(({ host }) => sameName(host, plainName(exchange)));
          if (published === undefined) return [];
          const at: Path = [...path, { index }, { attribute: 'exchange' }];
          return [{ domain, exchange, at, servers: serversBehind(site, view, published) }];
        }),
  );
}
