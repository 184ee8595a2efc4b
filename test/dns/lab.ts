import { startDnsServer } from '../../lab/dns/server';
import { tsigKey } from '../../dns/tsig';
import type { DnsRig, RigOptions } from './rig';

/** Starts the lab's own server in this process. Faults inside it fail the test that stops it. */
export async function startLab(options: RigOptions): Promise<DnsRig> {
  const faults: unknown[] = [];
  const server = await startDnsServer({
    zones: options.zones,
    keys: options.keys.map((key) => tsigKey(key.name, key.algorithm, key.secret)),
    onFault: (fault) => faults.push(fault),
  });
  let stopped: Promise<void> | undefined;
  return {
    kind: 'lab',
    address: server.address,
    port: server.port,
    stop: () =>
      (stopped ??= server.close().then(() => {
        if (faults.length > 0) throw new AggregateError(faults, 'the DNS server failed inside');
      })),
  };
}
