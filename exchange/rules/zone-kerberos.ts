import { path } from '../../schema';
import { recordTypeOf } from '../addresses';
import { viewsOf } from '../dns-views';
import { isHostName } from '../resources/host';
import type { Zone } from '../site';
import type { Finding, Rule } from './rule';

/**
 * Checks settings that hashicorp/dns would refuse only at its first record, and spellings that mean another account to
 * Kerberos.
 */
export const zoneKerberos: Rule = {
  id: 'zone-kerberos',
  severity: 'error',
  description:
    'Where Kerberos signs the updates of a zone, `server` is a host name, the realm is a valid realm, `user` is written without the realm, no TSIG key is declared, and a keytab has its user.',
  check: ({ site }) =>
    viewsOf(site).flatMap(({ declared, path: view }) =>
      declared.zones.flatMap((zone, index) =>
        problemsOf(zone).map(({ path: at, ...finding }) => ({
          ...finding,
          path: [...view, ...path('zones', index), ...at],
        })),
      ),
    ),
};

function problemsOf({ kerberos, server, keyName, keyAlgorithm }: Zone): readonly Finding[] {
  if (kerberos === undefined) return [];
  const { realm, user, keytabFile } = kerberos;
  const found: Finding[] = [];
  if (keyName !== undefined || keyAlgorithm !== undefined) {
    found.push({
      path: path(keyName === undefined ? 'keyAlgorithm' : 'keyName'),
      problem: 'Kerberos signs the updates of this zone, and a TSIG key is declared beside it',
      remedy:
        'leave out keyName and keyAlgorithm; or, to sign with the key, leave out kerberos and declare both of them',
    });
  }
  if (server !== undefined && recordTypeOf(server) !== undefined) {
    found.push({
      path: path('server'),
      problem: `'${server}' is an address, and Kerberos knows servers only by name`,
      remedy:
        'give its host name, such as dc1.contoso.local; its service principal name is then DNS/dc1.contoso.local',
    });
  }
  // Active Directory answers with the realm in capital letters, and hashicorp/dns takes any other spelling for another
  // realm.
  if (!isHostName(realm) || realm !== realm.toUpperCase()) {
    found.push({
      path: path('kerberos', 'realm'),
      problem: `'${realm}' is not the name of a realm`,
      remedy: 'write the name of the Active Directory domain in capital letters, as CONTOSO.LOCAL',
    });
  }
  if (user !== undefined && !/^[^@\\/\s]+$/.test(user)) {
    found.push({
      path: path('kerberos', 'user'),
      problem: `'${user}' is not the name of an account`,
      remedy: 'write only its name, such as svc-dns; the realm has a property of its own',
    });
  }
  if (keytabFile !== undefined && user === undefined) {
    found.push({
      path: path('kerberos', 'keytabFile'),
      problem: 'the keytab is declared without the account whose key it holds',
      remedy: 'give the name of that account in user',
    });
  }
  if (keytabFile?.trim() === '') {
    found.push({
      path: path('kerberos', 'keytabFile'),
      problem: 'the name of the keytab is empty',
      remedy: 'name the file from the folder of cdktf.json, or leave it out for a password',
    });
  }
  return found;
}
