import type { Invocation } from '../powershell/invocation';

/** The services that a call assigns to a certificate. */
export interface ServicesGiven {
  /** Spelled as in the call. */
  readonly thumbprint: string;
  readonly services: readonly string[];
}

/** Undefined where the call assigns no services. */
export function givingOf({ cmdlet, parameters }: Invocation): ServicesGiven | undefined {
  const { Thumbprint: thumbprint, Services: services } = parameters;
  if (cmdlet !== 'Enable-ExchangeCertificate' || typeof thumbprint !== 'string') return undefined;
  return { thumbprint, services: [services].flat().map(String) };
}
