import { FORMS, isOverridden } from '../forms-authentication';
import type { PlacedDirectory, Placement } from '../topology';
import { existsIn } from '../versions';
import { withoutDuplicates, type Finding, type Rule } from './rule';

export const webAuthentication: Rule = {
  id: 'web-authentication',
  severity: 'error',
  description:
    'Outlook on the web and the Exchange Control Panel of a server use the same authentication methods, since users move from one to the other. Forms authentication turns Basic on and integrated Windows authentication off, whatever else is declared.',
  check: ({ topology: { placements } }) =>
    withoutDuplicates(
      placements.flatMap((placement) => [
        ...differing(placement),
        ...placement.directories.flatMap(overriddenByForms),
      ]),
    ),
};

const ofService = ({ directories }: Placement, service: string) =>
  directories.find(({ row }) => row.service === service);

function differing(placement: Placement): readonly Finding[] {
  const [owa, ecp] = [ofService(placement, 'owa'), ofService(placement, 'ecp')];
  // Exchange 2007 has no control panel.
  if (owa === undefined || ecp === undefined) return [];
  return [
    { one: owa, other: ecp },
    { one: ecp, other: owa },
  ].flatMap(({ one, other }) =>
    one.authentication.flatMap(({ attribute, isOn, path }) => {
      const lifespan = other.row.switchLifespans?.[attribute];
      if (lifespan !== undefined && !existsIn(lifespan, placement.server.version)) return [];
      const there = other.authentication.find((each) => each.attribute === attribute);
      // If both are declared, only one of them is reported.
      if (there !== undefined && (there.isOn === isOn || one === ecp)) return [];
      return [
        {
          path,
          problem: `${one.row.service} and ${other.row.service} would sign in differently`,
          remedy: `declare the same for both: ${other.row.service}: { ${word(attribute)}: ${isOn} }`,
        },
      ];
    }),
  );
}

function overriddenByForms({ authentication }: PlacedDirectory): readonly Finding[] {
  const isForms = authentication.some(({ attribute, isOn }) => attribute === FORMS && isOn);
  if (!isForms) return [];
  return authentication
    .filter(({ attribute, isOn }) => isOverridden(attribute, isOn))
    .map(({ attribute, isOn, path }) => ({
      path,
      problem: `forms authentication turns ${word(attribute)} authentication ${isOn ? 'off' : 'on'}`,
      remedy: `take '${word(attribute)}' out, or declare forms: false`,
    }));
}

const word = (attribute: string) => attribute.replace('_authentication', '');
