import { declaredHosts } from '../declared-names';
import { declaredFailbacks } from '../failback';
import { mailHosts } from '../mail-protocols';
import { isHostName } from '../resources/host';
import type { Rule } from './rule';

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
  check: ({ site }) =>
    [...declaredHosts(site), ...declaredFailbacks(site), ...mailHosts(site)].flatMap(({ text, path }) => {
      if (isHostName(text) && text.includes('.')) return [];
      if (/[/:\s]/.test(text)) {
        const host = hostIn(text);
        return [
          {
            path,
            problem: `'${text}' is a URL, or has a port or a space in it; a namespace is only the host name`,
            remedy:
              host === undefined
                ? 'write a host name such as mail.contoso.com; paths are added for each service'
                : `write it as '${host}'; paths are added for each service`,
          },
        ];
      }
      return [
        {
          path,
          problem: text === '' ? 'the host name is empty' : `'${text}' is not a host name with a domain`,
          remedy: 'write it as mail.contoso.com; null clears an external one, or that of a failback',
        },
      ];
    }),
};
