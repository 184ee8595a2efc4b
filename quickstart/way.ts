import { parseArgs } from 'node:util';

/**
 * How the provider reaches the sandbox's organization: as a process on this machine, at Exchange's own endpoint over HTTPS with
 * a password, or at the endpoint that a server has by default, over HTTP encrypted by Kerberos.
 */
export type Way = 'process' | 'wsman' | 'kerberos';

const WAYS: readonly Way[] = ['process', 'wsman', 'kerberos'];

export const USAGE = `usage: npm run quickstart -- [--over process|wsman|kerberos]

Plans and deploys a sample site in a sandbox with a simulated Exchange organization. --over chooses how the provider
connects to it:
  process   as a program on this machine (default)
  wsman     PowerShell remoting over HTTPS, with a certificate and a password
  kerberos  PowerShell remoting over HTTP, signed in and encrypted by Kerberos, as a server offers it right after Setup
`;

/** @throws TypeError where an argument is unknown */
export function wayFrom(args: readonly string[]): Way {
  const { values } = parseArgs({
    args: [...args],
    options: { over: { type: 'string', default: 'process' } },
  });
  const way = WAYS.find((known) => known === values.over);
  if (way === undefined) throw new TypeError(`--over ${values.over} is not process, wsman or kerberos`);
  return way;
}
