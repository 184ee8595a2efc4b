import { offloadedDirectories } from '../ssl-offload';
import { idOn, type Phase } from './phase';

/**
 * The manual IIS settings for SSL offloading. No Exchange cmdlet sets them for all directories.
 * https://learn.microsoft.com/exchange/configuring-ssl-offloading-in-exchange-2013-exchange-2013-help
 */
export const sslOffload: Phase = ({ placements }) =>
  placements.flatMap(({ server, sslOffload: offload }) => {
    const directories = offload?.isOn === true ? offloadedDirectories(server) : [];
    if (directories.length === 0) return [];
    return [
      {
        type: 'described' as const,
        id: idOn(server, 'ssl-offload'),
        server: server.name,
        host: server.fqdn,
        commands: [
          ...directories.map(
            (directory) =>
              `%windir%\\system32\\inetsrv\\appcmd.exe set config "Default Web Site/${directory}" /section:access /sslFlags:None /commit:APPHOST`,
          ),
          'iisreset /noforce',
        ],
        reason:
          'The load balancer ends TLS and hands requests on unencrypted, which IIS refuses on these directories as Setup leaves them. Only those of the Default Web Site are changed, never the Exchange Back End. It is to be done again after every cumulative update. MRSProxy takes no unencrypted requests: where it is used, the load balancer encrypts them again.',
        dependsOn: [idOn(server, 'outlook-anywhere')],
      },
    ];
  });
