import { MAIL_PROTOCOLS } from './mail-protocols';
import { includesName } from './resources/equality';
import { CONNECTIVITY_TESTS, type ConnectivityTest } from './resources/connectivity-tests';
import type { ExchangeSiteProps } from './site';
import type { Placement } from './topology';

/** Whether a server is tested once the records are published. */
export function isTested({ health }: ExchangeSiteProps, { server }: Placement): boolean {
  const declared = health?.connectivity;
  return (
    declared !== undefined && (declared.servers === undefined || includesName(declared.servers, server.name))
  );
}

/** The declared tests of a server, in the order in which they run; of POP and IMAP where it has a declared name. */
export function connectivityTests(
  site: ExchangeSiteProps,
  placement: Placement,
): readonly ConnectivityTest[] {
  if (!isTested(site, placement)) return [];
  const declared = site.health?.connectivity?.tests ?? [];
  return CONNECTIVITY_TESTS.filter((test) => declared.includes(test) && answersFor(placement, test));
}

/** Whether a server has what a test is about. */
export function answersFor({ protocols }: Placement, test: ConnectivityTest): boolean {
  const isOfMail = MAIL_PROTOCOLS.some(({ service }) => service === test);
  return !isOfMail || protocols.some(({ row }) => row.service === test);
}
