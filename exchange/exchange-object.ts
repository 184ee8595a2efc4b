import type { StateOf } from '../schema';
import type { ExchangeObject } from './element';
import { AskedSecret, FileContent, StepResult } from './plan/value';
import { certificate } from './resources';
import type { Attributes, Facts, PfxFacts } from './resources';
import { catalogOf } from './versions';

/** What a phase says of an object; the rest follows. */
interface Wanted extends Omit<ExchangeObject, 'type' | 'existing' | 'steps'> {
  /** The declaration says that it is there before the first deploy. Left out: what Setup makes is, and nothing else. */
  readonly existing?: boolean;
}

export function exchangeObject(wanted: Wanted): ExchangeObject {
  const { existing = wanted.definition.lifecycle === 'adopted' } = wanted;
  return { type: 'exchange-object', ...wanted, existing, steps: stepsOf(wanted) };
}

/** The definition's own steps from nothing, with references where only a run knows the value. */
function stepsOf({ id, definition, attributes, version }: Wanted) {
  const catalog = catalogOf(version);
  const has: Facts['has'] = (...asked) => catalog.has(...asked);
  const pfxFile = attributes['pfx_file'];
  const facts: Facts =
    definition.typeName === certificate.typeName ? { has, pfx: pfxOf(pfxFile as string, id) } : { has };
  const given = Object.fromEntries(
    Object.entries(definition.schema.attributes).map(([name, { defaultValue = null }]) => [
      name,
      name in attributes ? attributes[name] : defaultValue,
    ]),
  ) as unknown as StateOf<Attributes>;
  const planned = { ...given, ...definition.computed?.(given, facts) } as StateOf<Attributes>;
  return definition.steps({ prior: null, planned }, facts);
}

/** @param step whose result has the thumbprint */
function pfxOf(file: string, step: string): PfxFacts {
  return {
    thumbprint: new StepResult(step, 'Thumbprint'),
    content: new FileContent(file),
    password: new AskedSecret('the password of the PFX file', 'PfxPassword'),
  };
}
