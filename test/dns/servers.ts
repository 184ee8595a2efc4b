import { describeNeeding, type Want } from '../requirement';
import { missingBindTools, startBind } from './bind';
import { startLab } from './lab';
import type { DnsRig, RigOptions } from './rig';

export type StartDns = (options: RigOptions) => Promise<DnsRig>;

/** Undefined where BIND's server and tools are there. */
export function missingBind(): Want | undefined {
  const missing = missingBindTools();
  if (missing.length === 0) return undefined;
  const what = `${missing.join(', ')} (Debian: apt-get install bind9 bind9-dnsutils)`;
  return {
    what,
    check: missing.map((tool) => `PATH=$PATH:/usr/sbin:/usr/local/sbin ${tool} -V`).join(' && '),
  };
}

/** The same tests on BIND and on the lab's server. */
export function describeEachServer(title: string, body: (start: StartDns) => void): void {
  describeNeeding(missingBind(), `${title}, on BIND`, () => body(startBind));
  describe(`${title}, on the lab's server`, () => body(startLab));
}
