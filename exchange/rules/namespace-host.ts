import { declaredHosts } from '../declared-names';
import type { DeclaredText } from '../declared-text';
import { declaredFailbacks } from '../failback';
import { mailHosts } from '../mail-protocols';
import { isHostName } from '../resources/host';
import type { Finding, Rule } from './rule';

/** The host in a text that is a URL or has a port; undefined where there is none. */
function hostIn(text: string): string | undefined {
  const host = /^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/)?([^/?#:]*)(?::\d+)?(?:[/?#]|$)/i.exec(text)?.[1];
  return host !== undefined && isHostName(host) && host.includes('.') ? host : undefined;
}

export const namespaceHost: Rule = {
  id: 'namespace-host',
  severity: 'error',
  spelling: true,
  description:
    'A namespace is a host name with its domain, without scheme, port or path. The URL of each service is built from it, so that no URL lacks its host or has a mistyped path.',
  check: ({ site }) => [
    ...declaredHosts(site).flatMap((host) => misspelled(host, '; null clears an external one')),
    ...declaredFailbacks(site).flatMap((host) => misspelled(host, '; null clears it')),
    ...mailHosts(site).flatMap((host) => misspelled(host)),
  ],
};

/** @param clearing how an empty one is declared. Left out: it cannot be */
function misspelled({ text, path }: DeclaredText, clearing = ''): readonly Finding[] {
  if (isHostName(text) && text.includes('.')) return [];
  if (/[/:\s]/.test(text)) {
    const host = hostIn(text);
    return [
      {
        path,
        problem: `'${text}' is not only a host name: it has a scheme, a port, a path or a space`,
        remedy:
          host === undefined
            ? 'write a host name such as mail.contoso.com'
            : `write only the host name: '${host}'`,
      },
    ];
  }
  return [
    {
      path,
      problem: text === '' ? 'the host name is empty' : `'${text}' is not a host name with a domain`,
      remedy: `write it as mail.contoso.com${clearing}`,
    },
  ];
}
