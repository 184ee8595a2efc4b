/** Stable, since declarations name them; in the order in which they are judged. */
export const CERTIFICATE_FINDING_IDS = [
  'not-yet-valid',
  'expired',
  'expires-soon',
  'names-missing',
  'internal-name',
  'subject-not-a-name',
  'server-authentication-missing',
  'self-signed',
  'chain-incomplete',
  'private-authority',
  'weak-key',
  'weak-signature',
  'ecc-key',
  'cng-key',
  'certificate-twice',
  'several-keys',
] as const;

export type CertificateFindingId = (typeof CERTIFICATE_FINDING_IDS)[number];

/** Those that can be accepted with a reason. */
export const ACCEPTABLE_FINDING_IDS = [
  'expires-soon',
  'subject-not-a-name',
  'self-signed',
  'chain-incomplete',
  'private-authority',
  'weak-key',
  'weak-signature',
  'ecc-key',
  'cng-key',
  'certificate-twice',
  'several-keys',
] as const satisfies readonly CertificateFindingId[];

export type AcceptableFindingId = (typeof ACCEPTABLE_FINDING_IDS)[number];
