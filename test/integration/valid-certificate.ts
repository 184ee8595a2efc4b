import { makeAuthority, type Authority, type KeyedCertificate } from '../../pki';
import { NAMES } from './declared-site';

const DAY_MS = 86_400_000;
const after = (days: number) => new Date(Date.now() + days * DAY_MS);

let authority: Authority | undefined;

/** An authority that devices do not know, made when it is first needed. */
function testAuthority(): Authority {
  authority ??= makeAuthority({
    commonName: 'Test authority',
    notBefore: after(-1000),
    notAfter: after(1000),
  });
  return authority;
}

/** With the names of the sample environment, from yesterday and for a year; days from now otherwise. */
export function validCertificate(names: readonly string[] = NAMES, from = -1, to = 365): KeyedCertificate {
  return testAuthority().issue({
    commonName: names[0] ?? '',
    subjectAlternativeNames: names,
    notBefore: after(from),
    notAfter: after(to),
  });
}
