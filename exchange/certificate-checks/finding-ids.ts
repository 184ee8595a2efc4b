/** Stable, because declarations refer to them. In the order of the checks. */
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

/**
 * Findings that can never be accepted: clients refuse such a certificate, or no public authority certifies such a name. A
 * check of another id can refuse the acceptance of a single finding (`neverAccepted`).
 */
const NEVER_ACCEPTED = [
  'not-yet-valid',
  'expired',
  'names-missing',
  'internal-name',
  'server-authentication-missing',
] as const satisfies readonly CertificateFindingId[];

export type AcceptableFindingId = Exclude<CertificateFindingId, (typeof NEVER_ACCEPTED)[number]>;

/** The ids of findings that can be accepted with a reason, except those that their check marks with `neverAccepted`. */
export const ACCEPTABLE_FINDING_IDS: readonly AcceptableFindingId[] =
  CERTIFICATE_FINDING_IDS.filter(isAcceptable);

/** Whether findings with this id can be accepted with a reason, see `ACCEPTABLE_FINDING_IDS`. */
export function isAcceptable(id: CertificateFindingId): id is AcceptableFindingId {
  return !NEVER_ACCEPTED.some((never) => never === id);
}
