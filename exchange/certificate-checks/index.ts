import type { CertificateCheck, CertificateFinding, CertificateUse, ReadCertificate } from './check';
import { cngKey, eccKey } from './exchange-key';
import { certificateTwice, severalKeys } from './file-content';
import type { AcceptableFindingId } from './finding-ids';
import { internalName, namesMissing, subjectNotAName } from './names';
import { serverAuthenticationMissing, weakKey, weakSignature } from './strength';
import { chainIncomplete, privateAuthority, selfSigned } from './trust';
import { expired, expiresSoon, notYetValid } from './validity';

export type { CertificateFinding, CertificateUse, ReadCertificate } from './check';
export { ACCEPTABLE_FINDING_IDS, type AcceptableFindingId } from './finding-ids';

/** In the order in which people should read what they find: whether it can be used at all comes first. */
export const CERTIFICATE_CHECKS: readonly CertificateCheck[] = [
  notYetValid,
  expired,
  expiresSoon,
  namesMissing,
  internalName,
  subjectNotAName,
  serverAuthenticationMissing,
  selfSigned,
  chainIncomplete,
  privateAuthority,
  weakKey,
  weakSignature,
  eccKey,
  cngKey,
  certificateTwice,
  severalKeys,
];

/**
 * What is wrong with a certificate for its declared use, in a fixed order; empty where nothing is. Pure: it reads no
 * file and no clock, so that a plan judges a PFX with it, and a synth the public certificate beside one. The signature
 * is settled.
 *
 * What `use.accepted` names is left out, with its severity, where it can be accepted at all. An acceptance that found
 * nothing to accept is a warning of its own (`acceptance-unneeded`), unless too little is known to judge it.
 */
export function judgeCertificate(read: ReadCertificate, use: CertificateUse): readonly CertificateFinding[] {
  const found = CERTIFICATE_CHECKS.filter(({ canJudge }) => canJudge?.(read, use) ?? true).map(
    ({ id, check }) => {
      const finding = check(read, use);
      return { id, finding: finding && { id, ...finding } };
    },
  );
  const isAccepted = (id: string) => use.accepted[id as AcceptableFindingId] !== undefined;
  const findings = found.flatMap(({ id, finding }) =>
    finding === undefined || (finding.acceptable && isAccepted(id)) ? [] : [withAcceptance(finding)],
  );
  const unneeded = found.flatMap(({ id, finding }) =>
    finding === undefined && isAccepted(id) ? [unneededAcceptance(id, read.file)] : [],
  );
  return [...findings, ...unneeded];
}

function withAcceptance(finding: CertificateFinding): CertificateFinding {
  if (!finding.acceptable) return finding;
  return {
    ...finding,
    remedy: `${finding.remedy} Where it is right as it is, say why in the declaration: certificate.accepted: { '${finding.id}': '<reason>' }.`,
  };
}

function unneededAcceptance(id: string, file: string): CertificateFinding {
  return {
    id: 'acceptance-unneeded',
    severity: 'warning',
    about: 'accepted',
    acceptable: false,
    problem: `certificate.accepted has '${id}', and nothing of the kind is found in '${file}' any more`,
    remedy: `Take '${id}' out of certificate.accepted in the declaration, so that it is said when it comes again.`,
  };
}
