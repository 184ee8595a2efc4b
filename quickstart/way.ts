import { parseArgs } from 'node:util';

/**
 * How the provider reaches the sandbox's organization: as a process on this machine, at Exchange's own endpoint over HTTPS with
 * a password, or at the endpoint that a server has by default, over HTTP encrypted by Kerberos.
 */
export type Way = 'process' | 'wsman' | 'kerberos';

const WAYS: readonly Way[] = ['process', 'wsman', 'kerberos'];

export const USAGE = `usage: npm run quickstart -- [--over process|wsman|kerberos]

Plans and deploys a sample site in a sandbox. With wsman the provider reaches the simulated Exchange organization as a
pipeline reaches a real one: PowerShell remoting over HTTPS, with a certificate and a password. With kerberos it does so
as at a server that Setup has just left: over HTTP, signed in and sealed by Kerberos. Left out: process.
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
