import type { Path, PathStep } from '../schema';
import { SERVICES } from './services';
import type { ServiceName } from './services';
import type {
  Connection,
  DatabaseAvailabilityGroup,
  Dns,
  ExchangeSiteProps,
  Health,
  Namespace,
  Namespaces,
  OutlookAnywhereAuthentication,
  OutlookAnywhereOptions,
  Server,
  SiteCertificate,
  Witness,
  Zone,
} from './site';
import { ExchangeVersion } from './versions';

/** Something in a declaration that is not of the declared type. */
export interface Misshape {
  readonly path: Path;
  readonly problem: string;
  readonly remedy: string;
}

/** What a value must be, as the type in site.ts says. */
interface Shape {
  /** For people, after "must be". */
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
  /** What is wrong within a value that fits. */
  readonly within?: (value: unknown, at: Path) => readonly Misshape[];
}

/** One shape for each property of T: one that is left out here does not compile. */
type ShapesOf<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Optional : Shape;
};
interface Optional {
  readonly optional: Shape;
}

const optional = (shape: Shape): Optional => ({ optional: shape });

const text: Shape = { wanted: 'a text in quotes', fits: (value) => typeof value === 'string' };

const filledText: Shape = {
  wanted: 'a text that is not empty',
  fits: (value) => typeof value === 'string' && value.trim() !== '',
};

const flag: Shape = { wanted: 'true or false, without quotes', fits: (value) => typeof value === 'boolean' };

const wholeNumber: Shape = {
  wanted: 'a whole number from 0, without quotes',
  fits: (value) => Number.isInteger(value) && Number(value) >= 0,
};

/** An arbitrary number: its rule says which ones are right. */
const number: Shape = { wanted: 'a number, without quotes', fits: (value) => typeof value === 'number' };

const version: Shape = {
  wanted: `one of ${ExchangeVersion.ALL.map(({ label }) => `ExchangeVersion.${label === 'SE' ? label : `V${label}`}`).join(', ')}`,
  fits: (value) => value instanceof ExchangeVersion,
};

/** The keys are the words, so that the compiler sees when one is missing. */
function word<Word extends string>(words: { readonly [word in Word]: true }): Shape {
  const known = Object.keys(words);
  return {
    wanted: `one of ${known.map((one) => `'${one}'`).join(', ')}`,
    fits: (value) => typeof value === 'string' && known.includes(value),
  };
}

function list(item: Shape, least: 0 | 1 = 0): Shape {
  return {
    wanted: least === 0 ? 'a list in square brackets' : 'a list in square brackets with at least one item',
    fits: (value) => Array.isArray(value) && value.length >= least,
    within: (value, at) =>
      (value as readonly unknown[]).flatMap((one, index) => misshapes(item, one, [...at, { index }])),
  };
}

function oneOrMany(item: Shape): Shape {
  const many = list(item, 1);
  return {
    wanted: `${item.wanted}, or ${many.wanted}`,
    fits: (value) => (Array.isArray(value) ? many.fits(value) : item.fits(value)),
    within: (value, at) => (Array.isArray(value) ? (many.within?.(value, at) ?? []) : []),
  };
}

function either(first: Shape, second: Shape): Shape {
  return {
    wanted: `${first.wanted}, or ${second.wanted}`,
    fits: (value) => first.fits(value) || second.fits(value),
    within: (value, at) => (first.fits(value) ? first : second).within?.(value, at) ?? [],
  };
}

const nothing: Shape = { wanted: 'null', fits: (value) => value === null };

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object<T>(shapes: ShapesOf<T>): Shape {
  const known = Object.entries<Optional | Shape>(shapes);
  const names = known.map(([name]) => name);
  return {
    wanted: `{ ${names.join(', ')} }`,
    fits: isObject,
    within: (value, at) => {
      if (!isObject(value)) return [];
      const unknown = Object.keys(value).filter((name) => !names.includes(name));
      return [
        ...unknown.map((name) => ({
          path: [...at, step(name)],
          problem: 'there is no such property, so that it would do nothing',
          remedy: `correct its name, or take it out; there are ${names.join(', ')}`,
        })),
        ...known.flatMap(([name, declared]) => {
          const here = [...at, step(name)];
          if ('optional' in declared) {
            return name in value ? misshapes(declared.optional, value[name], here) : [];
          }
          return misshapes(declared, value[name], here);
        }),
      ];
    },
  };
}

function step(name: string): PathStep {
  return { attribute: name };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text '${value}'`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function misshapes(shape: Shape, value: unknown, at: Path): readonly Misshape[] {
  if (value === undefined) {
    return [
      {
        path: at,
        problem: 'has no value',
        remedy: `it must be ${shape.wanted}; an environment variable that is not set gives no value either`,
      },
    ];
  }
  if (shape.fits(value)) return shape.within?.(value, at) ?? [];
  return [{ path: at, problem: `is ${shown(value)}`, remedy: `it must be ${shape.wanted}` }];
}

const namespace = either(
  text,
  object<Exclude<Namespace, string>>({ internal: text, external: either(text, nothing) }),
);

const services = {
  outlookAnywhere: optional(namespace),
  ...Object.fromEntries(
    SERVICES.filter(({ service }) => service !== 'autodiscover').map(({ service }) => [
      service,
      optional(namespace),
    ]),
  ),
} as unknown as ShapesOf<NonNullable<Namespaces['services']>>;

const witness = object<Witness>({ server: text, directory: text });

const authentication = word<OutlookAnywhereAuthentication>({ Basic: true, Ntlm: true, Negotiate: true });

const protocols = {
  'outlook-anywhere': true,
  ...Object.fromEntries(SERVICES.map(({ service }) => [service, true])),
} as { readonly [protocol in ServiceName | 'outlook-anywhere']: true };

const site = object<ExchangeSiteProps>({
  servers: list(
    object<Server>({
      name: text,
      fqdn: text,
      address: oneOrMany(text),
      version,
      datacentre: optional(filledText),
    }),
  ),
  namespaces: object<Namespaces>({
    client: namespace,
    autodiscover: text,
    services: optional(object(services)),
  }),
  certificate: object<SiteCertificate>({
    pfxFile: filledText,
    names: list(text, 1),
    services: list(
      word<SiteCertificate['services'][number]>({
        IIS: true,
        SMTP: true,
        POP: true,
        IMAP: true,
        UM: true,
        UMCallRouter: true,
      }),
      1,
    ),
    thumbprint: optional(text),
    replaceDefaultSmtpCertificate: optional(flag),
    privateKeyExportable: optional(flag),
    warnBeforeExpiryDays: optional(wholeNumber),
  }),
  dag: optional(
    object<DatabaseAvailabilityGroup>({
      name: text,
      witness,
      alternateWitness: optional(witness),
      addresses: optional(list(text, 1)),
      members: optional(list(text)),
    }),
  ),
  dns: object<Dns>({
    zones: list(
      object<Zone>({
        name: text,
        server: optional(text),
        port: optional(number),
        keyName: optional(text),
        keyAlgorithm: optional(
          word<NonNullable<Zone['keyAlgorithm']>>({
            'hmac-md5': true,
            'hmac-sha1': true,
            'hmac-sha256': true,
            'hmac-sha512': true,
          }),
        ),
        transport: optional(
          word<NonNullable<Zone['transport']>>({
            udp: true,
            udp4: true,
            udp6: true,
            tcp: true,
            tcp4: true,
            tcp6: true,
          }),
        ),
        timeoutSeconds: optional(number),
      }),
    ),
    ttlSeconds: optional(number),
    publish: optional(
      either(
        word<'round-robin'>({ 'round-robin': true }),
        object<Exclude<NonNullable<Dns['publish']>, string>>({ virtualIp: oneOrMany(text) }),
      ),
    ),
    existingRecords: optional(list(text)),
  }),
  rollout: optional(
    word<NonNullable<ExchangeSiteProps['rollout']>>({ 'one-after-another': true, parallel: true }),
  ),
  outlookAnywhere: optional(
    object<OutlookAnywhereOptions>({
      internalAuthentication: optional(authentication),
      externalAuthentication: optional(authentication),
    }),
  ),
  mapiAuthentication: optional(
    list(
      word<NonNullable<ExchangeSiteProps['mapiAuthentication']>[number]>({
        Basic: true,
        Negotiate: true,
        Ntlm: true,
        OAuth: true,
      }),
      1,
    ),
  ),
  health: optional(
    object<Health>({ protocols: optional(list(word(protocols))), timeoutSeconds: optional(number) }),
  ),
  connection: optional(object<Connection>({ endpoint: filledText })),
});

/**
 * Where a declaration is not of its type. The editor shows the same, but synth runs without the compiler, and what the
 * compiler cannot know, such as an environment variable that is not set, shows only then.
 */
export function declarationMisshapes(declaration: unknown): readonly Misshape[] {
  return misshapes(site, declaration, []);
}
