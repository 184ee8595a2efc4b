import { SERVICES_UNKNOWN } from '../../exchange/resources/certificate-use';
import { certificatesOf, installedCertificates } from '../../exchange/resources/installed-certificate';
import type { Facts } from '../../exchange/resources';
import { catalogOf } from '../../exchange/versions';
import type { Check } from './check';
import { ok, skipped, warned } from './check';

/**
 * Whether the session shows which services use a certificate. Where it does not, a deploy works, but it sees no drift
 * of them, and leaves old certificates in place.
 */
export const certificates: Check = {
  name: 'certificates',
  of: ['process', 'ssh', 'wsman'],
  run: async (checkup) => {
    const target = await checkup.target();
    const readings = await Promise.all(
      checkup.servers.map(async ({ name: server, version }) => {
        // Decided by the version that the server itself reports, since the declaration is not known here.
        const has: Facts['has'] = (...asked) => version === undefined || catalogOf(version).has(...asked);
        return {
          server,
          reading: await target.observe(target.addressed(certificatesOf(server, { has })), server),
        };
      }),
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
        `the session does not show which services use the certificates of ${untold.join(', ')}`,
        SERVICES_UNKNOWN.detail,
      );
    }
    const unread = readings.flatMap(({ server, reading }) =>
      reading.kind === 'failed'
        ? [{ server, problem: reading.diagnostics[0]?.summary ?? 'no reason was given' }]
        : [],
    );
    // Where no server could be read, nothing can be said about the session.
    if (told.length > 0 && unread.length > 0) {
      return warned(
        `the certificates of ${unread.map(({ server }) => server).join(', ')} could not be read: ${unread[0]?.problem}`,
        'A plan stops at a server whose certificates it cannot read. Start the server and its Exchange services; if it has to stay down, see docs/operations.md.',
      );
    }
    if (told.length > 0) {
      return ok(`the session shows which services use the certificates of ${told.join(', ')}`);
    }
    return skipped(unread[0]?.problem ?? 'there is no certificate to check');
  },
};
