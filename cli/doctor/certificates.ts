import { SERVICES_UNKNOWN } from '../../exchange/resources/certificate-use';
import { certificatesOf, installedCertificates } from '../../exchange/resources/installed-certificate';
import { ExchangeTarget } from '../../provider/target';
import type { Check } from './check';
import { ok, skipped, warned } from './check';

/**
 * Whether the session tells which services use a certificate: where it does not, a deploy works, but sees no drift of
 * them and leaves old certificates where they are.
 */
export const certificates: Check = {
  name: 'certificates',
  of: ['process', 'ssh', 'wsman'],
  run: async (checkup) => {
    const session = await checkup.session();
    const target = new ExchangeTarget(checkup.settings, async () => session);
    const readings = await Promise.all(
      checkup.servers.map(async (server) => ({
        server,
        reading: await target.observe(
          target.addressed(certificatesOf(server, target.factsFor(server))),
          server,
        ),
      })),
    );
    const told: string[] = [];
    const untold: string[] = [];
    for (const { server, reading } of readings) {
      if (reading.kind === 'failed') continue;
      const installed = installedCertificates(reading.outcome.objects);
      if (installed.length === 0) continue;
      (installed.some(({ services }) => services === null) ? untold : told).push(server);
    }
    if (untold.length > 0) {
      return warned(
        `the session does not tell which services use the certificates of ${untold.join(', ')}`,
        SERVICES_UNKNOWN.detail,
      );
    }
    const unread = readings.flatMap(({ server, reading }) =>
      reading.kind === 'failed'
        ? [{ server, problem: reading.diagnostics[0]?.summary ?? 'no reason was given' }]
        : [],
    );
    // Where no server could be read, nothing is known of the session.
    if (told.length > 0 && unread.length > 0) {
      return warned(
        `the certificates of ${unread.map(({ server }) => server).join(', ')} could not be read: ${unread[0]?.problem}`,
        'A plan stops at a server whose certificates it cannot read: start the server and its Exchange services. When a server stays down, see docs/operations.md.',
      );
    }
    if (told.length > 0) {
      return ok(`the session tells which services use the certificates of ${told.join(', ')}`);
    }
    return skipped(unread[0]?.problem ?? 'no certificate is there to look at');
  },
};
