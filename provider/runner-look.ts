import type { TLSSocket } from 'node:tls';
import { hashText, HTTPS_PORT, pageUrl, type PageProbe, type Probe } from '../exchange/resources';
import {
  inboundCertificates,
  inboundInquiries,
  type Inbound,
} from '../exchange/resources/inbound-certificate';
import type { Diagnostic } from '../schema';
import type { Settings } from './configuration';
import { placeOf } from './connect-to';
import { lookFailed, type LookProblem } from './look-problem';
import { waitUntilWell } from './patience';
import { inLine } from './quotation';
import type { ExchangeTarget } from './target';
import { pageOver, shownThumbprint, visit, type VisitOptions } from './tls-visit';

/**
 * Looks again and again until the server shows what it must, or the time is over.
 *
 * @param select reads which certificates the Receive connectors of the server select; called for each look at a
 * connector
 */
export async function watch(
  probe: Probe,
  settings: Pick<Settings, 'connectTo'>,
  signal: AbortSignal,
  select: () => Promise<Inbound>,
): Promise<readonly Diagnostic[]> {
  const unwell = await waitUntilWell(
    probe.seconds,
    signal,
    async (): Promise<LookProblem | undefined> => {
      if (probe.kind !== 'connector') return look(probe, settings, { stopped: signal });
      const inbound = await select();
      return inbound.kind === 'none'
        ? { ...inbound, kind: 'not-selected' }
        : look(probe, settings, { stopped: signal, selected: inbound.thumbprints });
    },
    // Sending a wrong password again and again locks the account.
    ({ kind }) => kind === 'not-let-in',
  );
  return unwell === undefined ? [] : [lookFailed(probe, unwell)];
}

/** Which certificates the Receive connectors of a server select at this moment. */
export async function selectedBy(
  { server, host, port }: Pick<Probe, 'server' | 'host' | 'port'>,
  target: ExchangeTarget,
): Promise<Inbound> {
  const answers = await target.answersNow(inboundInquiries(server, target.factsFor(server)), server);
  return inboundCertificates({ name: server, fqdn: host }, port, answers, new Date());
}

export interface LookOptions extends Pick<VisitOptions, 'stopped' | 'milliseconds'> {
  /** For a look at a connector: the thumbprints of which the server must show one. */
  readonly selected?: readonly string[];
}

/**
 * Looks once at what a server shows; undefined where all is well. A page is requested only after the certificate has
 * proved right. A forged one would need a second preimage of its SHA-1 thumbprint.
 */
export async function look(
  probe: Probe,
  { connectTo }: Pick<Settings, 'connectTo'>,
  { selected = [], ...options }: LookOptions = {},
): Promise<LookProblem | undefined> {
  const name = probe.kind === 'certificate' || probe.kind === 'autodiscover' ? probe.name : probe.host;
  const wanted = probe.kind === 'connector' ? selected : [hashText(probe)];
  const startTls = probe.kind === 'connector';
  return visit(placeOf(probe, connectTo), name, { ...options, startTls }, async (socket) => {
    const thumbprint = shownThumbprint(socket);
    if (!wanted.some((each) => each.toLowerCase() === thumbprint.toLowerCase())) {
      const { subject, valid_to: until } = socket.getPeerCertificate();
      const common = inLine(`CN=${[subject.CN].flat().join()}`);
      return { kind: 'certificate', thumbprint, wanted, subject: common, until };
    }
    if (probe.kind === 'autodiscover') {
      const { autodiscoverProblem } = await import('./autodiscover-look');
      return autodiscoverProblem(probe, socket);
    }
    return probe.kind === 'page' ? pageProblem(probe, socket) : undefined;
  });
}

async function pageProblem(probe: PageProbe, socket: TLSSocket): Promise<LookProblem | undefined> {
  const host = probe.port === HTTPS_PORT ? probe.host : `${probe.host}:${probe.port}`;
  const { isHealthy, ...answer } = await pageOver(socket, host, probe.path);
  if (isHealthy) return undefined;
  const url = pageUrl(probe);
  return answer.status === 200 ? { kind: 'other-page', url } : { kind: 'page', url, ...answer };
}
