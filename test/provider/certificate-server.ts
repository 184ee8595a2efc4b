import { makeSelfSigned, parsePfx, type KeyedCertificate } from '../../pki';
import type { Invocation } from '../../powershell/invocation';
import type { Outcome, PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import { failed, objects, ScriptedSession } from './scripted-session';

const DAY_MS = 86_400_000;

/** A self-signed certificate that is valid now, for so many days. */
export function certificateFor(names: readonly string[], days = 365): KeyedCertificate {
  return makeSelfSigned({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
  });
}

export interface Installed {
  readonly der: Uint8Array;
  readonly thumbprint: string;
  services: readonly string[];
  /** Null: not told. */
  sites: readonly number[] | null;
}

type Properties = { readonly [name: string]: PowerShellValue };

/** The certificates of two servers and the cmdlets about them, as far as the provider uses them. */
export class CertificateServer {
  readonly #stores: { readonly [server: string]: Installed[] } = { EX1: [], EX2: [] };
  /** Thumbprint of the internal transport certificate, by server. */
  readonly internalTransport: { [server: string]: string } = { EX1: 'SETUP', EX2: 'SETUP' };
  sendConnectors: readonly Properties[] = [];
  receiveConnectors: readonly Properties[] = [];
  authThumbprint = 'AUTH';
  /** The name that POP and IMAP are set to. */
  mailName: string | null = null;
  /** Whether an answer tells services. */
  tellsServices = true;
  /** Services that an import brings of its own accord. */
  servicesOfImports: readonly string[] = [];
  /** Cmdlets that fail. */
  readonly failing = new Set<string>();
  /** Cmdlets that do their work and have an error beside it. */
  readonly complaining = new Set<string>();
  /** What reads show instead of what there is. */
  #stale: { readonly [server: string]: readonly PowerShellObject[] } | undefined;
  readonly session = new ScriptedSession((call) => {
    const outcome = this.#answer(call);
    if (outcome.kind !== 'objects' || !this.complaining.has(call.cmdlet)) return outcome;
    return { ...outcome, errors: [{ fullyQualifiedErrorId: `Complaint,${call.cmdlet}`, message: 'hm' }] };
  });

  add(
    server: 'EX1' | 'EX2',
    { certificate: { der, thumbprint } }: KeyedCertificate,
    services: readonly string[] = [],
    sites: readonly number[] | null = null,
  ): Installed {
    const installed = { der, thumbprint, services, sites };
    this.storeOf(server).push(installed);
    return installed;
  }

  storeOf(server: string): Installed[] {
    return this.#stores[server.toUpperCase()] ?? [];
  }

  /** Lets later reads show what there is now, whatever is done until then; called, it lets them begin. */
  stale(): () => void {
    const now = { EX1: this.#shown('EX1'), EX2: this.#shown('EX2') };
    return () => {
      this.#stale = now;
    };
  }

  /** Names of the cmdlets that change something, in order; what was asked before is forgotten. */
  takeWrites(): readonly string[] {
    const writes = this.session.calls.map(({ cmdlet }) => cmdlet).filter((name) => !/^Get-/.test(name));
    this.session.calls.length = 0;
    return writes;
  }

  #shown(server: string): readonly PowerShellObject[] {
    return this.storeOf(server).map(({ der, services, sites }) => ({
      typeNames: [],
      properties: {
        RawData: der,
        ...(this.tellsServices ? { Services: services.length === 0 ? 'None' : services.join(', ') } : {}),
        ...(this.tellsServices && sites !== null
          ? { IISServices: sites.map((site) => `IIS://ex/W3SVC/${site}`) }
          : {}),
      },
    }));
  }

  #answer({ cmdlet, parameters, question }: Invocation): Outcome {
    if (this.failing.has(cmdlet)) return failed(`Refused,${cmdlet}`);
    const server = (parameters['Server'] ?? '') as string;
    const store = this.storeOf(server);
    const thumbprint = parameters['Thumbprint'] as string;
    switch (cmdlet) {
      case 'Get-ExchangeServer':
        return objects(
          ...['EX1', 'EX2']
            .filter((name) => [undefined, name].includes((parameters['Identity'] as string)?.toUpperCase()))
            .map((Name) => ({ Name, AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' })),
        );
      case 'Get-ExchangeCertificate':
        return { ...objects(), objects: this.#stale?.[server.toUpperCase()] ?? this.#shown(server) };
      case 'Import-ExchangeCertificate': {
        const { leaf } = parsePfx(parameters['FileData'] as Uint8Array, 'secret');
        store.push({ ...leaf, services: this.servicesOfImports, sites: null });
        return objects();
      }
      case 'Enable-ExchangeCertificate':
        for (const service of [parameters['Services'] ?? []].flat() as string[])
          this.#give(store, thumbprint, service);
        if (question?.answer === 'yes') this.internalTransport[server] = thumbprint;
        return objects();
      case 'Remove-ExchangeCertificate':
        store.splice(
          store.findIndex((installed) => installed.thumbprint === thumbprint),
          1,
        );
        return objects();
      case 'Get-TransportService':
        return objects(
          ...Object.entries(this.internalTransport).map(([Name, InternalTransportCertificateThumbprint]) => ({
            Name,
            InternalTransportCertificateThumbprint,
          })),
        );
      case 'Get-SendConnector':
        return objects(...this.sendConnectors);
      case 'Get-ReceiveConnector':
        return objects(...this.receiveConnectors);
      case 'Get-AuthConfig':
        return objects({
          CurrentCertificateThumbprint: this.authThumbprint,
          PreviousCertificateThumbprint: null,
          NextCertificateThumbprint: null,
        });
      case 'Get-PopSettings':
      case 'Get-ImapSettings':
        return objects({ X509CertificateName: this.mailName });
      case 'Test-ServiceHealth':
        return objects({ Role: 'Mailbox Server Role', RequiredServicesRunning: true });
      default:
        return failed(`CommandNotFoundException,${cmdlet}`);
    }
  }

  #give(store: readonly Installed[], thumbprint: string, service: string): void {
    for (const installed of store) {
      const others = installed.services.filter((name) => name !== service);
      if (installed.thumbprint === thumbprint) installed.services = [...others, service];
      // Exchange takes the others from none.
      else if (service === 'IIS') installed.services = others;
    }
  }
}
