import { formatPath } from '../../schema';
import { isFor, isLeftOut, namesInDns, serversBehind } from '../dns-records';
import { viewsOf } from '../dns-views';
import { publishedAs, publishingPlaces } from '../publishing';
import { sameName } from '../resources/equality';
import type { ExchangeSiteProps } from '../site';
import { unheldName } from '../unheld-name';
import type { Finding, Rule } from './rule';

export const publishingUnused: Rule = {
  id: 'publishing-unused',
  severity: 'warning',
  description:
    'Every setting of how names are published has an effect. A view of DNS uses it; it is not overridden for every server by a more specific one; a name in `virtualIps` is used by servers that are published this way; and a name in `notPublished` would otherwise be in the view.',
  check: ({ site }) => [
    ...unusedPlaces(site),
    ...unusedAddresses(site),
    ...unusedElsewhere(site),
    ...unusedNotPublished(site),
  ],
};

/** Load balancers that apply to no server in any view. */
function unusedPlaces(site: ExchangeSiteProps): readonly Finding[] {
  const views = viewsOf(site);
  const inEffect = new Set(
    site.servers.flatMap((server) => views.map((view) => formatPath(publishedAs(site, server, view).path))),
  );
  return publishingPlaces(site).flatMap(({ path, side, servers }): readonly Finding[] => {
    // Another rule reports a datacentre or a site without servers.
    if (inEffect.has(formatPath(path)) || servers.length === 0) return [];
    return [
      side === 'external' && views.every((view) => view.side !== 'external')
        ? {
            path,
            problem: 'there is no external view of DNS, so that it has no effect',
            remedy: 'declare the view, dns: { internal: { … }, external: { … } }, or take it out',
          }
        : {
            path,
            problem: 'every server in its scope has a more specific publish, so that this one has no effect',
            remedy: 'take it out, or take out the more specific ones',
          },
    ];
  });
}

/** Entries of `virtualIps` for names that no server behind this load balancer uses. */
function unusedAddresses(site: ExchangeSiteProps): readonly Finding[] {
  const names = namesInDns(site);
  const placesOf = (name: string) =>
    names
      .filter(({ host }) => sameName(host, name))
      .flatMap((published) =>
        viewsOf(site).flatMap((view) =>
          serversBehind(site, view, published).map((server) =>
            formatPath(publishedAs(site, server, view).path),
          ),
        ),
      );
  return publishingPlaces(site).flatMap(({ publish, path, servers }) =>
    Object.keys(publish.virtualIps ?? {}).flatMap((name): readonly Finding[] => {
      // Another rule reports a name that is not published at all.
      if (!names.some(({ host }) => sameName(host, name)) || servers.length === 0) return [];
      const places = [...new Set(placesOf(name))];
      if (places.includes(formatPath(path))) return [];
      return [
        {
          path: [...path, { attribute: 'virtualIps' }, { attribute: name }],
          problem: `no server that this publish applies to gives '${name}' to clients, so that the address has no effect`,
          remedy: `take it out${places.length === 0 ? '' : `, or declare it where it has an effect for this name: ${places.join(', ')}`}`,
        },
      ];
    }),
  );
}

/** Entries of `elsewhere` for names that the view does not hold. */
function unusedElsewhere(site: ExchangeSiteProps): readonly Finding[] {
  const names = namesInDns(site);
  return viewsOf(site).flatMap((view) =>
    Object.keys(view.declared.elsewhere ?? {}).flatMap((name): readonly Finding[] => {
      const published = names.find(({ host }) => sameName(host, name));
      const unheld = published && unheldName(site, view, published);
      if (unheld === undefined) return [];
      return [
        {
          path: [...view.path, { attribute: 'elsewhere' }, { attribute: name }],
          problem: `${unheld.problem}, so that the address has no effect`,
          remedy: unheld.remedy,
        },
      ];
    }),
  );
}

/** Entries of `notPublished` for names that the view would not hold anyway. */
function unusedNotPublished(site: ExchangeSiteProps): readonly Finding[] {
  const names = namesInDns(site);
  return viewsOf(site).flatMap((view) => {
    const { notPublished = {} } = view.declared;
    return Object.keys(notPublished).flatMap((name, index): readonly Finding[] => {
      const published = names.find(({ host }) => sameName(host, name));
      if (published === undefined) return [];
      // A name in two spellings has its effect by the first one.
      const earlier = Object.fromEntries(Object.entries(notPublished).slice(0, index));
      const without = { ...view, declared: { ...view.declared, notPublished: earlier } };
      // For a name of this view's clients, the entry explains why no zone has it, and is therefore useful.
      if (isFor(view, published) && !isLeftOut(site, without, published)) return [];
      const unheld = unheldName(site, without, published);
      if (unheld === undefined) return [];
      return [
        {
          path: [...view.path, { attribute: 'notPublished' }, { attribute: name }],
          problem: `${unheld.problem}, so that the view does not hold it anyway`,
          remedy: 'take it out',
        },
      ];
    });
  });
}
