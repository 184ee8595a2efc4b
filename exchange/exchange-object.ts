import type { Known, StateOf } from '../schema';
import { pfxNames } from './certificate-name';
import type { PlacedMaintenance } from './declared-maintenance';
import { isReference, type AttributeReference, type DesiredValue, type ExchangeObject } from './element';
import { AskedSecret, FileContent, MAILBOX_CREDENTIAL, StepResult } from './plan/value';
import type { Attributes, Facts, PfxFacts } from './resources';
import { catalogOf } from './versions';

/** The parts of an object that a phase provides. The rest is derived from its definition. */
interface ObjectParts extends Omit<ExchangeObject, 'type' | 'existing' | 'steps' | 'probes'> {
  /**
   * Whether the declaration says that the object exists before the first deploy. Left out: true only for objects that
   * Setup creates.
   */
  readonly existing?: boolean;
  /** The maintenance of its server. Left out where the server is not drained, or the object belongs to no server. */
  readonly maintenance?: PlacedMaintenance | undefined;
  /** Names of the certificates whose thumbprints its attributes refer to, by their ids. Left out: none. */
  readonly certificates?: ReadonlyMap<string, string | null>;
}

export function exchangeObject(wanted: ObjectParts): ExchangeObject {
  const {
    certificates,
    maintenance,
    existing = wanted.definition.lifecycle === 'adopted',
    ...object
  } = wanted;
  return { type: 'exchange-object', ...object, existing, ...stepsOf(object, maintenance, certificates) };
}

function mailboxFacts(account: DesiredValue | undefined): Pick<Facts, 'mailbox'> {
  return typeof account === 'string'
    ? { mailbox: new AskedSecret(`the credential of ${account}`, MAILBOX_CREDENTIAL, MAILBOX_CREDENTIAL) }
    : {};
}

function maintenanceFacts(maintenance: PlacedMaintenance | undefined): Pick<Facts, 'maintenance'> {
  if (maintenance === undefined) return {};
  const { redirectTo } = maintenance;
  return { maintenance: redirectTo === undefined ? {} : { redirectTo: redirectTo.fqdn } };
}

/** The definition's steps for creating the object, with references in place of values that only a run knows. */
function stepsOf(
  { id, definition, attributes, version, certificate: name }: ObjectParts,
  maintenance: PlacedMaintenance | undefined,
  certificates: ReadonlyMap<string, string | null> = new Map(),
): Pick<ExchangeObject, 'steps' | 'probes'> {
  const catalog = catalogOf(version);
  const has: Facts['has'] = (...asked) => catalog.has(...asked);
  const facts: Facts = {
    has,
    version,
    ...(name === undefined ? {} : { pfx: pfxOf(attributes['pfx_file'] as string, name, id) }),
    ...maintenanceFacts(maintenance),
    ...mailboxFacts(attributes['account']),
  };
  const given = Object.fromEntries(
    Object.entries(definition.schema.attributes).map(([name, { defaultValue = null }]) => [
      name,
      name in attributes ? withResults(attributes[name] ?? null, certificates) : defaultValue,
    ]),
  ) as unknown as StateOf<Attributes>;
  const planned = { ...given, ...definition.computed?.(given, facts) } as StateOf<Attributes>;
  const change = { prior: null, planned };
  return { steps: definition.steps(change, facts), probes: definition.probes?.(change, facts) ?? [] };
}

/** Replaces references to certificates in a map by the results of the steps that import them. */
function withResults(value: DesiredValue, certificates: ReadonlyMap<string, string | null>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value as { readonly [key: string]: Known | AttributeReference });
  return Object.fromEntries(
    entries.map(([key, item]): [string, Known | AttributeReference | StepResult] => {
      const name = isReference(item) ? certificates.get(item.resource) : undefined;
      if (!isReference(item) || name === undefined) return [key, item];
      return [key, new StepResult(item.resource, 'Thumbprint', pfxNames(name).certificate)];
    }),
  );
}

/**
 * @param name that the declaration gives to the certificate; null where it gives none
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
