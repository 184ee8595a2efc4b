import type { TSIG_ERRORS } from './codes';

/** The exchange with the server failed. The message says how, in one sentence. */
export class DnsError extends Error {}

/** The server does not accept the signature of a request. */
export class KeyRefused extends DnsError {
  constructor(readonly reason: keyof typeof TSIG_ERRORS) {
    super(`the server does not accept the signature (${reason}): ${KEY_REMEDIES[reason]}`);
  }
}

/** What each error of RFC 8945 section 5.2 says about the key. */
const KEY_REMEDIES = {
  BADKEY: 'it has no key with this name and algorithm; check both',
  BADSIG: 'it has another secret for this key; check the secret',
  BADTIME: 'its clock differs from the clock of this machine by more than five minutes; set the clocks',
  BADTRUNC: 'it demands a longer signature than was sent; check the algorithm of the key',
} as const;
