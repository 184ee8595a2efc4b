import type { Path } from '../../schema';
import { namesInDns } from '../dns-records';
import { viewsOf } from '../dns-views';
import { publishingPlaces } from '../publishing';
import { includesName } from '../resources/equality';
import type { Rule } from './rule';

/** Checks names that are keys of objects. An entry for a mistyped name would have no effect. */
export const namedInDns: Rule = {
  id: 'named-in-dns',
  severity: 'error',
  description:
    'Each name in `virtualIps`, `elsewhere` or `notPublished` is a published name of the site.',
  check: ({ site }) => {
    const hosts = namesInDns(site).map(({ host }) => host);
    const keys = [
      ...publishingPlaces(site).flatMap(({ publish, path }) =>
        named(publish.virtualIps, [...path, { attribute: 'virtualIps' }]),
      ),
      ...viewsOf(site).flatMap(({ declared, path }) => [
        ...named(declared.notPublished, [...path, { attribute: 'notPublished' }]),
        ...named(declared.elsewhere, [...path, { attribute: 'elsewhere' }]),
      ]),
    ];
    return keys.flatMap(({ name, path }) =>
      includesName(hosts, name)
        ? []
        : [
            {
              path,
              problem: `'${name}' is not a published name of the site`,
              remedy: `name one of ${hosts.join(', ')}, or leave it out`,
            },
          ],
    );
  },
};

function named(of: object | undefined, at: Path) {
  return Object.keys(of ?? {}).map((name) => ({ name, path: [...at, { attribute: name }] }));
}
