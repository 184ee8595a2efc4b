import { describeNeeding } from '../requirement';
import { missingBindTools, startBind } from './bind';
import { startLab } from './lab';
import type { DnsRig, RigOptions } from './rig';

export type StartDns = (options: RigOptions) => Promise<DnsRig>;

/** Empty where BIND's server and tools are there. */
export function missingBind(): string {
  const missing = missingBindTools();
  return missing.length === 0 ? '' : `${missing.join(', ')} (Debian: apt-get install bind9 bind9-dnsutils)`;
}

/** The same tests on BIND and on the lab's server. */
export function describeEachServer(title: string, body: (start: StartDns) => void): void {
  describeNeeding(missingBind(), `${title}, on BIND`, () => body(startBind));
  describe(`${title}, on the lab's server`, () => body(startLab));
}
