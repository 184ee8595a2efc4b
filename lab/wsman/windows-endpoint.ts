import { WINDOWS_SHELL } from '../../remoting/transports/wsman/names';
import type { SimulatedOrganization } from '../exchange/organization';
import { startEndpoint, type EndpointOptions, type RunningEndpoint } from './endpoint';

export interface WindowsEndpointOptions extends Omit<EndpointOptions, 'host' | 'shellResource'> {
  /** Asked for each session, so that a test may put another one in its place. */
  readonly organization: () => SimulatedOrganization;
  /** Name of the server that it is on. */
  readonly server: string;
}

/**
 * What Windows itself listens to on a server with Exchange (`Enable-PSRemoting`): a Windows PowerShell, which has
 * Exchange's cmdlets once their snap-in is loaded. No roles apply to a snap-in. It shows a certificate of its own, not that
 * of IIS.
 */
export function startWindowsEndpoint({
  organization,
  server,
  ...options
}: WindowsEndpointOptions): Promise<RunningEndpoint> {
  return startEndpoint({
    ...options,
    path: '/wsman',
    shellResource: WINDOWS_SHELL,
    host: ({ drop }) => organization().host(server, { drop, isBare: true }),
  });
}
