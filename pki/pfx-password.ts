/** A password in the forms in which key derivation takes it. */
export interface PasswordForms {
  /** For what PKCS #12 itself defines (RFC 7292 appendix B.1). */
  readonly pkcs12: readonly Buffer[];
  /** For what PKCS #5 defines. */
  readonly pkcs5: readonly Buffer[];
}

/**
 * RFC 7292 wants UTF-16 with a zero at its end, and "no password" is written with the zero or without it. OpenSSL and
 * Windows take UTF-8 for the ciphers of PKCS #5. Older programs spelled either from the other's bytes.
 */
export function passwordForms(password: string): PasswordForms {
  const utf8 = Buffer.from(password, 'utf8');
  const latin1 = Buffer.from(password, 'latin1');
  return {
    pkcs12: distinct([
      bigEndian(password),
      bigEndian(utf8.toString('latin1')),
      ...(password === '' ? [Buffer.alloc(0)] : []),
    ]),
    pkcs5: distinct([utf8, latin1]),
  };
}

function bigEndian(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le').swap16();
}

function distinct(forms: readonly Buffer[]): readonly Buffer[] {
  return forms.filter((form, index) => forms.findIndex((other) => other.equals(form)) === index);
}
