import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointCertificate } from '../lab/wsman/certificate';
import { startExchangeEndpoint } from '../lab/wsman/exchange-endpoint';
import { ENTRANCE, HOST, type Door } from './door';

const USER = 'apatricio\\deploy';

/** HTTPS with Basic, which administrators turn on for machines outside the domain. */
export const basicDoor: Door = async ({ files, organization, password, port }) => {
  organization.ssh.add(USER, { password });
  const { caFile, ...boundByHand } = endpointCertificate(files.folder, [HOST]);
  const running = await startExchangeEndpoint({
    organization: () => organization,
    server: ENTRANCE,
    authentication: { basic: (user, given) => organization.ssh.allowsPassword(user, given) },
    boundByHand,
    port,
  });
  const trusted = join(files.folder, 'trusted.pem');
  writeFileSync(trusted, readFileSync(caFile, 'latin1') + readFileSync(files.authority, 'latin1'));
  return {
    url: `https://${HOST}:${running.port}/PowerShell/`,
    what: 'HTTPS with Basic authentication; until the deploy gives IIS the certificate of the site, it shows one from an authority of this sandbox',
    variables: {
      EXCHANGE_AUTHENTICATION: 'basic',
      EXCHANGE_USER: USER,
      EXCHANGE_CA_FILE: trusted,
      // At a declared server the provider accepts these names by itself; here the host is `localhost`.
      EXCHANGE_CERTIFICATE_NAMES: files.names.join(),
      NO_PROXY: [process.env['NO_PROXY'] || process.env['no_proxy'] || '', HOST].filter(Boolean).join(','),
    },
    close: () => running.close(),
  };
};
