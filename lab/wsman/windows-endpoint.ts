import { WINDOWS_SHELL } from '../../remoting/transports/wsman/names';
import type { SimulatedOrganization } from '../exchange/organization';
import { startEndpoint, type EndpointOptions, type RunningEndpoint } from './endpoint';

export interface WindowsEndpointOptions extends Omit<EndpointOptions, 'host' | 'shellResource'> {
  /** Called for each session, so that a test may replace the organization. */
  readonly organization: () => SimulatedOrganization;
  /** The name of the server. */
  readonly server: string;
}

/**
 * Starts Windows' own WSMan endpoint on a server with Exchange (`Enable-PSRemoting`): a Windows PowerShell, which
 * offers Exchange's cmdlets once their snap-in is loaded. No roles apply to a snap-in. The endpoint shows a certificate
 * of its own, not that of IIS.
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
