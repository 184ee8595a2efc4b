import type { KerberosErrorKind } from '../kerberos-error';

export const OK = 0;
/** SEC_I_CONTINUE_NEEDED */
export const CONTINUE_NEEDED = 0x00090312;

const KINDS: ReadonlyMap<number, KerberosErrorKind> = new Map([
  [0x80090303, 'service-unknown'], // SEC_E_TARGET_UNKNOWN
  [0x80090305, 'library-missing'], // SEC_E_SECPKG_NOT_FOUND
  [0x80090308, 'token-invalid'], // SEC_E_INVALID_TOKEN
  [0x8009030c, 'password-refused'], // SEC_E_LOGON_DENIED
  [0x8009030d, 'no-credentials'], // SEC_E_UNKNOWN_CREDENTIALS
  [0x8009030e, 'no-credentials'], // SEC_E_NO_CREDENTIALS
  [0x80090311, 'kdc-unreachable'], // SEC_E_NO_AUTHENTICATING_AUTHORITY
  [0x80090317, 'credentials-expired'], // SEC_E_CONTEXT_EXPIRED
  [0x80090322, 'refused'], // SEC_E_WRONG_PRINCIPAL
  [0x80090324, 'clock-skew'], // SEC_E_TIME_SKEW
  [0x80090341, 'encryption-unsupported'], // SEC_E_KDC_UNKNOWN_ETYPE
  [0x80090346, 'bindings-mismatch'], // SEC_E_BAD_BINDINGS
  [0x80090350, 'kdc-unreachable'], // SEC_E_DOWNGRADE_DETECTED
]);

/** What a status (winerror.h) means for a token. For a message, every status but OK means the same. */
export function kindOf(status: number): KerberosErrorKind {
  return KINDS.get(status) ?? 'failed';
}
