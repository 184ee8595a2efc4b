import type {
  CertificateCheck,
  CertificateFinding,
  CertificateUse,
  FoundByCheck,
  ReadCertificate,
} from './check';
import { cngKey, eccKey } from './exchange-key';
import { certificateTwice, severalKeys } from './file-content';
import { isAcceptable, type CertificateFindingId } from './finding-ids';
import { internalName, namesMissing, subjectNotAName } from './names';
import { serverAuthenticationMissing, weakKey, weakSignature } from './strength';
import { chainIncomplete, privateAuthority, selfSigned } from './trust';
import { expired, expiresSoon, notYetValid } from './validity';

export type { CertificateFinding, CertificateUse, ReadCertificate } from './check';
export { ACCEPTABLE_FINDING_IDS, type AcceptableFindingId } from './finding-ids';

/** The checks, in the order in which people should read their findings: first whether the certificate is usable at all. */
export const CERTIFICATE_CHECKS: readonly CertificateCheck[] = [
  notYetValid, // Its validity period has begun,
  expired, // has not ended,
  expiresSoon, // and does not end soon.
  namesMissing, // It holds the names that are needed,
  internalName, // none of which a public authority would refuse,
  subjectNotAName, // and its common name is one of them.
  serverAuthenticationMissing, // It may be used for server authentication.
  selfSigned, // Somebody else has issued it,
  chainIncomplete, // whose certificate is in the file,
  privateAuthority, // and whom clients trust by default.
  weakKey, // Its key is long enough.
  weakSignature, // It is signed with SHA-2.
  eccKey, // Its key is an RSA key,
  cngKey, // in a provider that OWA and ECP can use.
  certificateTwice, // The PFX holds it once,
  severalKeys, // and no other private key.
];

/**
 * The problems of a certificate for its declared use, in a fixed order. Pure: it reads no file and no clock, so that a
 * plan can check a PFX with it, and synth the public certificate. Its signature is stable.
 *
 * Findings in `use.accepted` are left out, if they can be accepted at all. An acceptance with nothing to accept is a
 * warning (`acceptance-unneeded`), unless too little is known for its check.
 */
export function judgeCertificate(read: ReadCertificate, use: CertificateUse): readonly CertificateFinding[] {
  const reasons: { readonly [id: string]: string | undefined } = use.accepted;
  const found = CERTIFICATE_CHECKS.filter(({ canJudge }) => canJudge?.(read, use) ?? true).map(
    ({ id, check }) => ({ id, finding: check(read, use) }),
  );
  const findings = found.flatMap(({ id, finding }) =>
    finding === undefined ? [] : unlessAccepted(id, finding, reasons[id], use.place),
  );
  const unneeded = found.flatMap(({ id, finding }) =>
    finding === undefined && reasons[id] !== undefined ? [unneededAcceptance(id, read.file, use.place)] : [],
  );
  return [...findings, ...unneeded];
}

function unlessAccepted(
  id: CertificateFindingId,
  { neverAccepted, ...finding }: FoundByCheck,
  reason: string | undefined,
  place: string,
): readonly CertificateFinding[] {
  if (neverAccepted || !isAcceptable(id)) return [{ id, ...finding }];
  if (reason !== undefined) return [];
  const remedy = `${finding.remedy} If you accept it, give the reason in the declaration: ${place}.accepted: { '${id}': '<reason>' }.`;
  return [{ id, ...finding, remedy }];
}

function unneededAcceptance(id: string, file: string, place: string): CertificateFinding {
  return {
    id: 'acceptance-unneeded',
    severity: 'warning',
    about: 'accepted',
    problem: `${place}.accepted has '${id}', and nothing of the kind is found in '${file}' any more`,
    remedy: `Take '${id}' out of ${place}.accepted in the declaration; otherwise the problem would stay hidden if it came back.`,
  };
}
