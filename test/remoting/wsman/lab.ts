import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { startEndpoint, type EndpointOptions, type RunningEndpoint } from '../../../lab/wsman/endpoint';
import { SecureText } from '../../../powershell/invocation';
import { openSession, type RemotingSession, type SessionOptions } from '../../../remoting/session';
import { wsmanTransport, type WsmanOptions } from '../../../remoting/transports/wsman/transport';
import { sampleHost } from '../peers/sample-host';

export const USER = 'contoso\\admin';
export const PASSWORD = 'pässword:with "everything"';

/** A lab endpoint with the sample host behind it, and a client of it. */
export interface Lab extends RunningEndpoint {
  readonly url: string;
  /** Of its HTTP listener, where it has one. */
  readonly httpUrl: string;
  readonly caFile: string;
  connect(wsman?: Partial<WsmanOptions>, session?: SessionOptions): Promise<RemotingSession>;
  /** Names of the operations that came since the last look. */
  operations(): readonly string[];
  stop(): Promise<void>;
}

let folder: string | undefined;

/** Keys take a while to make: one certificate serves all labs of a test file. */
export function certificate(names: readonly string[] = ['localhost']) {
  folder ??= mkdtempSync(join(tmpdir(), 'wsman-'));
  return endpointCertificate(folder, names);
}

export function removeCertificate(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

export async function startLab(options: Partial<EndpointOptions> = {}): Promise<Lab> {
  const { cert, key, caFile } = certificate();
  const running = await startEndpoint({
    host: () => sampleHost,
    authentication: { basic: (user, password) => user === USER && password === PASSWORD },
    tls: { cert, key },
    ...options,
  });
  const url = `https://localhost:${running.port}/PowerShell/`;
  let seen = 0;
  return {
    ...running,
    url,
    httpUrl: `http://localhost:${running.httpPort}/PowerShell/`,
    caFile,
    connect: (wsman = {}, session = {}) =>
      openSession(
        wsmanTransport({
          url,
          authentication: { kind: 'basic', user: USER, password: new SecureText(PASSWORD, 'password') },
          trust: { caFile },
          ...wsman,
        }),
        session,
      ),
    operations() {
      const names = running.traffic.slice(seen).map(({ operation }) => operation);
      seen = running.traffic.length;
      return names;
    },
    stop: () => running.close(),
  };
}
