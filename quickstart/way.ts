import { parseArgs } from 'node:util';

/** How the sandbox's organization is reached: a process on this machine, or Exchange's own endpoint over HTTPS. */
export type Way = 'process' | 'wsman';

export const USAGE = `usage: npm run quickstart -- [--over process|wsman]

Plans and deploys a sample site in a sandbox. With wsman the provider reaches the simulated Exchange organization as a
pipeline reaches a real one: PowerShell remoting over HTTPS, with a certificate and a password. Left out: process.
`;

/** @throws TypeError where an argument is unknown */
export function wayFrom(args: readonly string[]): Way {
  const { values } = parseArgs({
    args: [...args],
    options: { over: { type: 'string', default: 'process' } },
  });
  const { over } = values;
  if (over !== 'process' && over !== 'wsman') throw new TypeError(`--over ${over} is not process or wsman`);
  return over;
}
