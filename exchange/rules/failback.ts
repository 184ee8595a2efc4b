import { formatPath } from '../../schema';
import { serversOf } from '../datacentre';
import { declaredFailbacks, FAILBACK, failbackNames, failbackOf } from '../failback';
import { SiteNames } from '../namespaces';
import { sameName } from '../resources/equality';
import { serviceNamed } from '../services';
import type { ExchangeSiteProps } from '../site';
import { lifespanText } from '../versions';
import type { Finding, Rule } from './rule';

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-owavirtualdirectory, FailbackUrl */
export const failback: Rule = {
  id: 'failback',
  severity: 'error',
  description:
    'The failback name of a datacentre is used for nothing else: any other name of the site still leads to the other datacentre, and browsers would be sent there. At least one server of the datacentre has Outlook on the web with a FailbackUrl.',
  check: ({ site }) => [...withoutServer(site), ...taken(site)],
};

function withoutServer(site: ExchangeSiteProps): readonly Finding[] {
  const owa = serviceNamed('owa');
  return Object.entries(site.datacentres ?? {}).flatMap(([name, { failback: host }]) => {
    const servers = serversOf(site, name);
    const isUseless =
      host !== undefined &&
      servers.length > 0 &&
      servers.every((server) => failbackOf(site, server, owa) === undefined);
    return isUseless && owa.failback !== undefined
      ? [
          {
            path: [{ attribute: 'datacentres' }, { attribute: name }, { attribute: FAILBACK }],
            problem: `no server of '${name}' has a FailbackUrl, which exists in ${lifespanText(owa.failback)}`,
            remedy: 'leave it out',
          },
        ]
      : [];
  });
}

function taken(site: ExchangeSiteProps): readonly Finding[] {
  const places = new Set(failbackNames(site).map(({ place }) => place));
  const given = new SiteNames(site).published().filter(({ place }) => !places.has(place));
  const failbacks = declaredFailbacks(site);
  return failbacks.flatMap(({ text, path }, index): readonly Finding[] => {
    const other =
      given.find(({ host }) => sameName(host, text))?.path ??
      failbacks.slice(0, index).find((earlier) => sameName(earlier.text, text))?.path;
    return other === undefined
      ? []
      : [
          {
            path,
            problem: `'${text}' is a name of the site already, as ${formatPath(other)}`,
            remedy: 'give it a name of its own, such as mailfb-lis.contoso.com',
          },
        ];
  });
}
