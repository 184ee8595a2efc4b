import type { KerberosErrorKind } from '../kerberos-error';

/** Parts of a status (RFC 2744, section 3.9): calling errors, a routine error, and supplementary bits. */
export const COMPLETE = 0;
export const CONTINUE_NEEDED = 1;

/** The routine error of a major status; 0 where there is none. */
function routineError(major: number): number {
  return (major >>> 16) & 0xff;
}

export function isError(major: number): boolean {
  return major >>> 16 !== 0;
}

/** What the library was doing: the same code means different things in different phases. */
export type Phase =
  /** Gets tickets, and makes the first token. */
  | 'initiate'
  /** Verifies the acceptor's token. */
  | 'answer'
  | 'accept'
  | 'message';

/** First code of krb5.h. The libraries of MIT and Heimdal have the same. */
const KRB5 = -1765328384;
/** First code of MIT's gssapi_err_krb5.et. */
const KRB5_GSS = 39756032;
/** The C library's code (`errno`) where the file of a cache or keytab does not exist. */
const ENOENT = 2;
const EACCES = 13;

const BY_MINOR: ReadonlyMap<number, KerberosErrorKind> = new Map([
  [KRB5 + 1, 'account-refused'], // KDC_ERR_NAME_EXP
  [KRB5 + 6, 'account-unknown'], // KDC_ERR_C_PRINCIPAL_UNKNOWN
  [KRB5 + 7, 'service-unknown'], // KDC_ERR_S_PRINCIPAL_UNKNOWN
  [KRB5 + 12, 'account-refused'], // KDC_ERR_POLICY
  [KRB5 + 14, 'encryption-unsupported'], // KDC_ERR_ETYPE_NOSUPP
  [KRB5 + 18, 'account-refused'], // KDC_ERR_CLIENT_REVOKED
  [KRB5 + 21, 'account-refused'], // KDC_ERR_CLIENT_NOTYET
  [KRB5 + 23, 'account-refused'], // KDC_ERR_KEY_EXPIRED
  [KRB5 + 24, 'password-refused'], // KDC_ERR_PREAUTH_FAILED
  [KRB5 + 32, 'credentials-expired'], // KRB_AP_ERR_TKT_EXPIRED
  [KRB5 + 35, 'no-credentials'], // KRB_AP_ERR_NOT_US
  [KRB5 + 37, 'clock-skew'], // KRB_AP_ERR_SKEW
  [KRB5 + 44, 'no-credentials'], // KRB_AP_ERR_BADKEYVER
  [KRB5 + 45, 'no-credentials'], // KRB_AP_ERR_NOKEY
  [KRB5 + 60, 'failed'], // KRB_ERR_GENERIC
  [KRB5 + 141, 'no-credentials'], // KRB5_CC_NOTFOUND
  [KRB5 + 154, 'realm-unknown'], // KRB5_REALM_UNKNOWN
  [KRB5 + 156, 'kdc-unreachable'], // KRB5_KDC_UNREACH
  [KRB5 + 181, 'no-credentials'], // KRB5_KT_NOTFOUND
  [KRB5 + 195, 'no-credentials'], // KRB5_FCC_NOFILE
  [KRB5 + 220, 'kdc-unreachable'], // KRB5_REALM_CANT_RESOLVE
  [KRB5 + 224, 'realm-unknown'], // KRB5_CONFIG_NODEFREALM
  [KRB5_GSS, 'no-credentials'], // KG_CCACHE_NOMATCH
  [KRB5_GSS + 1, 'no-credentials'], // KG_KEYTAB_NOMATCH
  [KRB5_GSS + 2, 'no-credentials'], // KG_TGT_MISSING
  [KRB5_GSS + 12, 'no-credentials'], // KG_EMPTY_CCACHE
  [ENOENT, 'no-credentials'],
  [EACCES, 'no-credentials'],
]);

/**
 * KRB_AP_ERR_BAD_INTEGRITY: in the answer of a key distribution center it means a wrong password, in a peer's token a
 * token that was altered.
 */
const BAD_INTEGRITY = KRB5 + 31;

/** Whether the replay cache, the file of earlier tokens, cannot be used: KRB5_RC_IO to KRB5_RC_IO_SPACE. */
function isReplayCache(minor: number): boolean {
  return minor >= KRB5 + 164 && minor <= KRB5 + 172;
}

/** By the number of the routine error. */
const BY_ROUTINE: readonly (KerberosErrorKind | undefined)[] = [
  undefined,
  'failed', // BAD_MECH
  'usage', // BAD_NAME
  'usage', // BAD_NAMETYPE
  'bindings-mismatch', // BAD_BINDINGS
  'failed', // BAD_STATUS
  'message-invalid', // BAD_MIC
  'no-credentials', // NO_CRED
  'failed', // NO_CONTEXT
  'token-invalid', // DEFECTIVE_TOKEN
  'no-credentials', // DEFECTIVE_CREDENTIAL
  'credentials-expired', // CREDENTIALS_EXPIRED
  'credentials-expired', // CONTEXT_EXPIRED
  'failed', // FAILURE
  'failed', // BAD_QOP
  'refused', // UNAUTHORIZED
  'failed', // UNAVAILABLE
];

/** What a status means. Where the minor status is known, it says more than the major one. */
export function kindOf(phase: Phase, major: number, minor: number): KerberosErrorKind {
  const routine = BY_ROUTINE[routineError(major)] ?? 'failed';
  if (phase === 'message') return routine === 'credentials-expired' ? routine : 'message-invalid';
  if (routine === 'bindings-mismatch') return routine;
  if (minor === BAD_INTEGRITY) return phase === 'initiate' ? 'password-refused' : 'token-invalid';
  const known = BY_MINOR.get(minor);
  if (known !== undefined) return known;
  // The code of an error message of the protocol: what the key distribution center or the acceptor said, or what is
  // wrong with the peer's token.
  if (minor > KRB5 && minor < KRB5 + 128) return phase === 'accept' ? 'token-invalid' : 'refused';
  // In these phases the library only verifies a token, apart from its replay cache.
  if (phase !== 'initiate' && routine === 'failed' && !isReplayCache(minor)) return 'token-invalid';
  return routine;
}
