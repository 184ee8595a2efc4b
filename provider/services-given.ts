import type { Invocation } from '../powershell/invocation';

/** Services that a call gives to a certificate. */
export interface ServicesGiven {
  /** As the call names it. */
  readonly thumbprint: string;
  readonly services: readonly string[];
}

/** Undefined where the call gives none. */
export function givingOf({ cmdlet, parameters }: Invocation): ServicesGiven | undefined {
  const { Thumbprint: thumbprint, Services: services } = parameters;
  if (cmdlet !== 'Enable-ExchangeCertificate' || typeof thumbprint !== 'string') return undefined;
  return { thumbprint, services: [services].flat().map(String) };
}
