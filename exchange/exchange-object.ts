import type { StateOf } from '../schema';
import { pfxNames } from './certificate-name';
import type { PlacedMaintenance } from './declared-maintenance';
import type { ExchangeObject } from './element';
import { AskedSecret, FileContent, StepResult } from './plan/value';
import type { Attributes, Facts, PfxFacts } from './resources';
import { catalogOf } from './versions';

/** What a phase says of an object; the rest follows. */
interface Wanted extends Omit<ExchangeObject, 'type' | 'existing' | 'steps'> {
  /** The declaration says that it is there before the first deploy. Left out: what Setup makes is, and nothing else. */
  readonly existing?: boolean;
  /** That of its server. Left out: that is not drained, or the object is of none. */
  readonly maintenance?: PlacedMaintenance | undefined;
}

export function exchangeObject({ maintenance, ...wanted }: Wanted): ExchangeObject {
  const { existing = wanted.definition.lifecycle === 'adopted' } = wanted;
  return { type: 'exchange-object', ...wanted, existing, steps: stepsOf(wanted, maintenance) };
}

function maintenanceFacts(maintenance: PlacedMaintenance | undefined): Pick<Facts, 'maintenance'> {
  if (maintenance === undefined) return {};
  const { redirectTo } = maintenance;
  return { maintenance: redirectTo === undefined ? {} : { redirectTo: redirectTo.fqdn } };
}

/** The definition's own steps from nothing, with references where only a run knows the value. */
function stepsOf(
  { id, definition, attributes, version, certificate: name }: Omit<Wanted, 'maintenance'>,
  maintenance: PlacedMaintenance | undefined,
) {
  const catalog = catalogOf(version);
  const has: Facts['has'] = (...asked) => catalog.has(...asked);
  const facts: Facts = {
    has,
    version,
    ...(name === undefined ? {} : { pfx: pfxOf(attributes['pfx_file'] as string, name, id) }),
    ...maintenanceFacts(maintenance),
  };
  const given = Object.fromEntries(
    Object.entries(definition.schema.attributes).map(([name, { defaultValue = null }]) => [
      name,
      name in attributes ? attributes[name] : defaultValue,
    ]),
  ) as unknown as StateOf<Attributes>;
  const planned = { ...given, ...definition.computed?.(given, facts) } as StateOf<Attributes>;
  return definition.steps({ prior: null, planned }, facts);
}

/**
 * @param name of one of several certificates; null: of the only one
 * @param step whose result has the thumbprint
 */
function pfxOf(file: string, name: string | null, step: string): PfxFacts {
  const names = pfxNames(name);
  const whose = name === null ? '' : ` of the certificate ${name}`;
  const inputs = name === null ? [undefined, undefined] : [names.path, names.password];
  return {
    thumbprint: new StepResult(step, 'Thumbprint', names.certificate),
    content: new FileContent(file, names, inputs[0]),
    password: new AskedSecret(`the password of the PFX file${whose}`, names.password, inputs[1]),
  };
}
