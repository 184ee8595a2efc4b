import { path } from '../../schema';
import { sameName } from '../resources/equality';
import type { Finding, Rule } from './rule';

const plain = (name: string) => name.replaceAll(' ', '');

export const datacentre: Rule = {
  id: 'datacentre',
  severity: 'error',
  description:
    'Each entry of `datacentres` is the datacentre of at least one server and is declared once, under a name that can become part of Terraform addresses.',
  check: ({ site: { datacentres = {}, servers } }) => {
    const names = Object.keys(datacentres);
    return names.flatMap((name, index): readonly Finding[] => {
      const at = path('datacentres', name);
      if (!/^[A-Za-z0-9][A-Za-z0-9 _-]*$/.test(name)) {
        return [
          {
            path: at,
            problem: `'${name}' is not a name of a datacentre`,
            remedy: 'write it with letters, digits, spaces, hyphens and underscores, such as lisbon',
          },
        ];
      }
      if (names.slice(0, index).some((earlier) => sameName(plain(earlier), plain(name)))) {
        return [
          {
            path: at,
            problem: `'${name}' is declared twice; letter case and spaces do not make it another name`,
            remedy: 'declare it once, or give one of them another name',
          },
        ];
      }
      const twin = servers.find((server) => sameName(server.name, plain(name)));
      if (twin?.publish !== undefined) {
        return [
          {
            path: at,
            problem: `'${name}' is also the name of a server, which has a publish of its own`,
            remedy:
              'give the datacentre another name: a pool is called after the server or the datacentre that has it',
          },
        ];
      }
      const known = [...new Set(servers.flatMap((server) => server.datacentre ?? []))];
      if (known.some((of) => sameName(of, name))) return [];
      return [
        {
          path: at,
          problem: `no server is in '${name}'${known.length === 0 ? '' : ` (they are in ${known.join(', ')})`}`,
          remedy: `correct the name, or give it to a server: datacentre: '${name}'`,
        },
      ];
    });
  },
};
