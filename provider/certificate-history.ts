import type { CertificateHistory, Step } from '../exchange/resources';
import { PfxContent } from './pfx-content';
import { givingOf } from './services-given';

/**
 * A web site has one certificate, so that giving IIS to another certificate takes it from the first one. The other
 * services are not known to work like that; that UM does is (unverified), docs/lab.md.
 */
const OF_ONE_CERTIFICATE = 'iis';

/** The parts of a step that show what it did to certificates. */
type Noted = Pick<Step, 'invocation' | 'server' | 'file'>;

interface Giving {
  readonly thumbprint: string;
  readonly succeeded: boolean;
}

/** Records what the steps of a run did to certificates. */
export class RunHistory implements CertificateHistory {
  /** The imported thumbprints, by server and PFX file. */
  readonly #imported = new Map<string, readonly string[]>();
  /** The certificates that calls gave a service to, by server and service; the latest comes last. */
  readonly #given = new Map<string, readonly Giving[]>();

  /** @param succeeded also false where it is not known whether the call took effect */
  note({ invocation, server, file: laid }: Noted, succeeded: boolean): void {
    const { cmdlet, parameters } = invocation;
    const file = parameters['FileData'] ?? laid?.content;
    if (server === null) return;
    if (cmdlet === 'Import-ExchangeCertificate' && succeeded && file instanceof PfxContent) {
      // After a change that failed, Terraform reads the prior state, which may name another PFX file.
      for (const name of new Set([file.file, file.formerFile ?? file.file])) {
        this.#imported.set(keyOf(server, name), [...this.imported(server, name), file.thumbprint ?? '']);
      }
    }
    const giving = givingOf(invocation);
    if (giving === undefined) return;
    const { thumbprint, services } = giving;
    for (const service of services) {
      const key = keyOf(server, service);
      this.#given.set(key, [...(this.#given.get(key) ?? []), { thumbprint, succeeded }]);
    }
  }

  imported(server: string, pfxFile: string): readonly string[] {
    return this.#imported.get(keyOf(server, pfxFile)) ?? [];
  }

  passedOn(server: string, thumbprint: string, service: string): boolean {
    const last = this.#calls(server, service).findLast(({ succeeded }) => succeeded);
    return last !== undefined && keyOf(last.thumbprint) !== keyOf(thumbprint);
  }

  given(server: string, thumbprint: string): readonly string[] {
    return [...this.#given].flatMap(([key, calls]) => {
      const [of, service = ''] = key.split('\n');
      const isGiven = calls.some((call) => call.succeeded && keyOf(call.thumbprint) === keyOf(thumbprint));
      return of === keyOf(server) && isGiven && !this.lacks(server, thumbprint, service) ? [service] : [];
    });
  }

  lacks(server: string, thumbprint: string, service: string): boolean {
    const calls = this.#calls(server, service);
    const isOwn = (call: { readonly thumbprint: string }) => keyOf(call.thumbprint) === keyOf(thumbprint);
    const succeeded = calls.filter((call) => call.succeeded);
    const holder = keyOf(service) === OF_ONE_CERTIFICATE ? succeeded.at(-1) : succeeded.find(isOwn);
    return holder === undefined ? calls.some(isOwn) : !isOwn(holder);
  }

  lost(server: string, thumbprint: string, service: string): boolean {
    return this.passedOn(server, thumbprint, service) && keyOf(service) === OF_ONE_CERTIFICATE;
  }

  #calls(server: string, service: string): readonly Giving[] {
    return this.#given.get(keyOf(server, service)) ?? [];
  }
}

/** The names of servers and services and the thumbprints are compared without letter case. */
function keyOf(...parts: readonly string[]): string {
  return parts.join('\n').toLowerCase();
}
