/** A password in the forms that key derivation takes. */
export interface PasswordForms {
  /** Forms for the functions of PKCS #12 itself (RFC 7292 appendix B.1). */
  readonly pkcs12: readonly Buffer[];
  /** Forms for the functions of PKCS #5. */
  readonly pkcs5: readonly Buffer[];
}

/**
 * RFC 7292 prescribes UTF-16 with a zero at its end, and "no password" is written with that zero or without it. For the
 * ciphers of PKCS #5, OpenSSL and Windows take UTF-8. Older programs used the bytes of the one form for the other.
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
