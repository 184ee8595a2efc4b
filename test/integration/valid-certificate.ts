import { makeSelfSigned, type KeyedCertificate } from '../../pki';
import { NAMES } from './declared-site';

const DAY_MS = 86_400_000;

/** With the names of the sample environment, from yesterday and for a year; days from now otherwise. */
export function validCertificate(names: readonly string[] = NAMES, from = -1, to = 365): KeyedCertificate {
  return makeSelfSigned({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + to * DAY_MS),
  });
}
