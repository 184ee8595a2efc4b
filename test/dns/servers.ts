import { missingBindTools, startBind } from './bind';
import { startLab } from './lab';
import type { DnsRig, RigOptions } from './rig';

export type StartDns = (options: RigOptions) => Promise<DnsRig>;

/**
 * A group of tests that needs something of the machine. Where that is missing the group is skipped and
 * counted, and the run says so; in CI it fails.
 *
 * @param missing what is not there, with the remedy; empty where all is there
 */
export function describeNeeding(missing: string, title: string, body: () => void): void {
  if (missing === '') {
    describe(title, body);
    return;
  }
  if (process.env['CI'] !== undefined) {
    test(`${title}: needs ${missing}`, () => {
      throw new Error(`missing on this machine: ${missing}`);
    });
    return;
  }
  process.stderr.write(`\nSKIPPED: ${title}: ${missing}\n`);
  describe.skip(`${title} [missing: ${missing}]`, body);
}

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
