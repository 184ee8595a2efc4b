import type { Certificate } from './certificate';
import { presentedNames, uncovered } from './coverage';

/** Something about a certificate that a person must know. */
export type Finding =
  | { readonly kind: 'not-yet-valid'; readonly notBefore: Date }
  | { readonly kind: 'expired'; readonly notAfter: Date }
  | { readonly kind: 'expires-soon'; readonly notAfter: Date; readonly daysLeft: number }
  | { readonly kind: 'names-missing'; readonly missing: readonly string[]; readonly has: readonly string[] };

export interface Assessment {
  readonly now: Date;
  /** Host names that clients use. */
  readonly hosts: readonly string[];
  /** Days before expiry from which it is `expires-soon`. */
  readonly renewBeforeDays: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

type Check = (certificate: Certificate, assessment: Assessment) => Finding | undefined;

const notYetValid: Check = ({ notBefore }, { now }) =>
  now < notBefore ? { kind: 'not-yet-valid', notBefore } : undefined;

const expired: Check = ({ notAfter }, { now }) =>
  now > notAfter ? { kind: 'expired', notAfter } : undefined;

const expiresSoon: Check = ({ notAfter }, { now, renewBeforeDays }) => {
  const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  return now <= notAfter && daysLeft < renewBeforeDays
    ? { kind: 'expires-soon', notAfter, daysLeft }
    : undefined;
};

const namesMissing: Check = (certificate, { hosts }) => {
  const missing = uncovered(certificate, hosts);
  return missing.length > 0
    ? { kind: 'names-missing', missing, has: presentedNames(certificate) }
    : undefined;
};

const CHECKS: readonly Check[] = [notYetValid, expired, expiresSoon, namesMissing];

/** What is wrong with a certificate, in a fixed order; empty where nothing is. */
export function assess(certificate: Certificate, assessment: Assessment): readonly Finding[] {
  return CHECKS.map((check) => check(certificate, assessment)).filter((finding) => finding !== undefined);
}
