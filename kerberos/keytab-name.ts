/** Environment variable that names the keytab which an account signs in with. */
export const CLIENT_KEYTAB = 'KRB5_CLIENT_KTNAME';

/**
 * The file that a name of a keytab leads to, as MIT's `krb5_kt_resolve` takes it: a path, or `FILE:` or `WRFILE:` before
 * one. `undefined` for other kinds of keytab, which are in no file.
 */
export function keytabFile(name: string): string | undefined {
  const [, kind, rest] = /^([^:/]{2,}):(.*)$/s.exec(name) ?? [];
  if (kind === undefined) return name;
  return kind === 'FILE' || kind === 'WRFILE' ? rest : undefined;
}
