import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { SecureText } from '../powershell/invocation';
import { openSession, processTransport, sshTransport, wsmanTransport, type Transport } from '../remoting';
import type { RemotingSession } from '../remoting';
import { peakMegabytes } from './provider-memory';

/** The first line to a client: where it connects to. */
export type ClientPeer =
  | {
      readonly kind: 'wsman';
      readonly url: string;
      readonly caFile: string;
      readonly user: string;
      readonly password: string;
    }
  /** Over HTTP that Kerberos encrypts, with the tickets or the keytab of the environment. */
  | { readonly kind: 'sealed'; readonly url: string }
  | {
      readonly kind: 'ssh';
      readonly port: number;
      readonly fingerprint: string;
      readonly user: string;
      readonly privateKeyFile: string;
    }
  | {
      readonly kind: 'process';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: { readonly [name: string]: string };
    };

/**
 * Each further line. The client answers with a line: `Spent`; for `peak` a number of MB; for `libraries` the native libraries
 * of Kerberos that it has loaded.
 */
export type ClientRequest =
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'peak' }
  | { readonly do: 'libraries' }
  | { readonly do: 'call'; readonly cmdlet: string; readonly times: number };

export interface Spent {
  readonly milliseconds: number;
  /** Of all threads of this process together. */
  readonly cpuMilliseconds: number;
}

/** Our client as a program that takes lines of JSON. `pypsrp_client.py` takes the same lines. */
async function main(): Promise<void> {
  let transport: Transport | undefined;
  let session: RemotingSession | undefined;
  for await (const line of createInterface(process.stdin)) {
    if (transport === undefined) {
      transport = transportTo(JSON.parse(line) as ClientPeer);
      continue;
    }
    const request = JSON.parse(line) as ClientRequest;
    if (request.do === 'peak') {
      process.stdout.write(`${JSON.stringify(peakMegabytes('self') ?? null)}\n`);
      continue;
    }
    if (request.do === 'libraries') {
      process.stdout.write(`${JSON.stringify(librariesOfKerberos())}\n`);
      continue;
    }
    const [begin, cpu] = [performance.now(), process.cpuUsage()];
    if (request.do === 'open') session = await openSession(transport);
    else if (session === undefined) throw new Error('no session is open');
    else if (request.do === 'call') await callRepeatedly(session, request);
    else await session.close();
    const { user, system } = process.cpuUsage(cpu);
    const spent: Spent = {
      milliseconds: performance.now() - begin,
      cpuMilliseconds: (user + system) / 1000,
    };
    process.stdout.write(`${JSON.stringify(spent)}\n`);
  }
}

async function callRepeatedly(
  session: RemotingSession,
  { cmdlet, times }: Extract<ClientRequest, { readonly do: 'call' }>,
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const outcome = await session.invoke({ cmdlet, parameters: {} });
    if (outcome.kind !== 'objects' || outcome.objects.length === 0 || outcome.errors.length > 0) {
      throw new Error(`${cmdlet} did not work: ${JSON.stringify(outcome)}`);
    }
  }
}

/** The names of the native files of Kerberos that the process has loaded. */
function librariesOfKerberos(): readonly string[] {
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  return sharedObjects.filter((file) => /koffi|gssapi|krb5/i.test(basename(file)));
}

function transportTo(peer: ClientPeer): Transport {
  switch (peer.kind) {
    case 'wsman':
      return wsmanTransport({
        url: peer.url,
        authentication: {
          kind: 'basic',
          user: peer.user,
          password: new SecureText(peer.password, 'password'),
        },
        trust: { caFile: peer.caFile },
      });
    case 'sealed':
      return wsmanTransport({ url: peer.url, authentication: { kind: 'negotiate' } });
    case 'ssh':
      return sshTransport({
        host: '127.0.0.1',
        port: peer.port,
        user: peer.user,
        authentication: { privateKeyFile: peer.privateKeyFile },
        hostKey: { fingerprints: [peer.fingerprint] },
      });
    case 'process':
      return processTransport(peer);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
