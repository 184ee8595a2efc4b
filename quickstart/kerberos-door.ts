import { join } from 'node:path';
import { startKdc } from '../lab/kerberos/kdc';
import { findKdcPrograms } from '../lab/kerberos/programs';
import { defaultDoor } from '../lab/wsman/default-door';
import { startExchangeEndpoint } from '../lab/wsman/exchange-endpoint';
import { missingKerberosLibrary } from '../lab/wsman/kerberos';
import { ENTRANCE, HOST, type Door } from './door';

const REALM = 'APATRICIO.LOCAL';
const USER = 'deploy';

/**
 * The endpoint of an Exchange server by default: HTTP with bodies that Kerberos encrypts. A key distribution center in the
 * sandbox takes the place of the domain controller.
 */
export const kerberosDoor: Door = async ({ files, organization, password, port }) => {
  const kdc = await startKdc(join(files.folder, 'realm'), {
    realm: REALM,
    users: [{ name: USER, password }],
    services: [`HTTP/${HOST}`],
  });
  try {
    const running = await startExchangeEndpoint({
      organization: () => organization,
      server: ENTRANCE,
      ...defaultDoor({ service: `HTTP@${HOST}`, keytab: kdc.keytab, httpPort: port }),
    });
    return {
      url: `http://${HOST}:${running.httpPort}/PowerShell/`,
      what: 'HTTP, where Kerberos signs in and encrypts every message, as right after Setup',
      variables: { EXCHANGE_USER: `${USER}@${REALM}`, KRB5_CONFIG: kdc.environment.KRB5_CONFIG },
      async close() {
        await running.close();
        await kdc.stop();
      },
    };
  } catch (error) {
    await kdc.stop();
    throw error;
  }
};

/** What to install before `kerberosDoor` can work, as a sentence; `undefined` where nothing is missing. */
export function missingForKerberos(
  platform = process.platform,
  programs = findKdcPrograms(),
  missingLibrary = missingKerberosLibrary,
): string | undefined {
  if (platform === 'win32') {
    return 'The key distribution center of MIT Kerberos does not run on Windows: run this in WSL, or with --over wsman.';
  }
  return programs.kind === 'missing' ? programs.remedy : missingLibrary();
}
