import { sameName } from '../exchange/resources/equality';
import { textOf } from '../exchange/resources/property';
import type { Session } from '../powershell/session';
import { RemotingError } from '../remoting/remoting-error';
import { SERVER_ENDPOINTS_ENVIRONMENT, type ServerSession } from './server-sessions';

/** Shows the computer name of the server that the session runs on. */
const COMPUTER = { cmdlet: 'Get-Item', parameters: { Path: 'Env:COMPUTERNAME' }, properties: ['Value'] };

/**
 * Checks that a Windows PowerShell session runs on the server that it is meant for. Otherwise, for example with the
 * name of a load balancer, certificates would be imported and removed on another server.
 *
 * @throws RemotingError where the session runs on another server or does not tell; the session is closed then
 */
export async function proveServer(session: Session, { server, snapIn }: ServerSession): Promise<void> {
  // Exchange's own endpoint does not offer Get-Item, and does not need the check: its cmdlets name the server.
  if (snapIn === null) return;
  const outcome = await session.invoke(COMPUTER);
  const [computer] = outcome.kind === 'objects' ? outcome.objects : [];
  const computerName = computer === undefined ? null : textOf(computer, 'Value');
  if (computerName !== null && sameName(computerName, server)) return;
  await session.close();
  throw new RemotingError(
    'refused',
    computerName === null
      ? 'the session does not tell on which server it runs'
      : `the session runs on ${computerName}, and not on ${server}`,
    {
      remedy: `Name the endpoint that leads to ${server} itself, in endpoint of the server in the declaration or in ${SERVER_ENDPOINTS_ENVIRONMENT.server_endpoints}; the name of a load balancer leads to another server each time. In that session \`Get-Item Env:COMPUTERNAME\` must show ${server}.`,
    },
  );
}
