/** Environment variable with the keytab that an account signs in with. */
export const CLIENT_KEYTAB = 'KRB5_CLIENT_KTNAME';

/**
 * The file that the name of a keytab leads to, as MIT's `krb5_kt_resolve` takes it: a path, which may follow `FILE:` or
 * `WRFILE:`. With one character before the colon, or a `/` among those before it, the whole is a path. `undefined` for
 * other kinds of keytab, which are not files.
 */
export function keytabFile(name: string): string | undefined {
  const [, kind, rest] = /^([^:/]{2,}):(.*)$/s.exec(name) ?? [];
  if (kind === undefined) return name;
  return kind === 'FILE' || kind === 'WRFILE' ? rest : undefined;
}
