/** Environment variable with the keytab that an account signs in with. */
export const CLIENT_KEYTAB = 'KRB5_CLIENT_KTNAME';

/**
 * The file that the name of a keytab leads to, as MIT's `krb5_kt_resolve` takes it: a path, which may follow `FILE:` or
 * `WRFILE:`. One letter before the colon is a drive, so that the whole is a path. `undefined` for other kinds of keytab, which are not files.
 */
export function keytabFile(name: string): string | undefined {
  const [, kind, rest] = /^([^:/]{2,}):(.*)$/s.exec(name) ?? [];
  if (kind === undefined) return name;
  return kind === 'FILE' || kind === 'WRFILE' ? rest : undefined;
}
