import type { SshEndpoint } from './ssh-endpoint';
import type { WsmanEndpoint } from './wsman-endpoint';

/** Where a session is opened. */
export type Endpoint = ProcessEndpoint | SshEndpoint | WsmanEndpoint;

/** A program on this machine that speaks PowerShell remoting on its standard input and output. */
export interface ProcessEndpoint {
  readonly kind: 'process';
  readonly command: string;
  readonly args: readonly string[];
}
