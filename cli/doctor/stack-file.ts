import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { certificate } from '../../exchange/resources';
import type { Environment } from '../../provider/environment';
import { DNS_UPDATE_BLOCK } from '../../provider/dns-update-block';
import { PUBLIC_CERTIFICATE_BLOCK } from '../../provider/public-certificate-block';
import { SITE_CERTIFICATE_BLOCK } from '../../provider/site-certificate-block';
import { isRecord, withEveryAttribute, type BlockSchema, type Value, type Values } from '../../schema';
import { listIn, recordIn } from '../record';

/** Synth writes it beside the plan. */
const STACK_FILE = 'cdk.tf.json';

/** The parts of a site's stack that the doctor looks at. Secrets come from the environment. */
export interface Stack {
  /** Label of each server's version, by the server's name. */
  readonly versions: { readonly [server: string]: string };
  readonly dnsUpdates: readonly Values[];
  readonly publicCertificates: readonly Values[];
  readonly siteCertificates: readonly Values[];
  /** The certificates of the servers. */
  readonly certificates: readonly Values[];
}

/**
 * Reads the stack beside a plan. `undefined` where there is none, as beside a committed plan, or where it cannot be
 * read.
 */
export async function readStack(planFile: string, environment: Environment): Promise<Stack | undefined> {
  const folder = dirname(planFile);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, STACK_FILE), 'utf8'));
  } catch {
    return undefined;
  }
  const valueOf = (value: unknown) => terraformValue(value, environment);
  const [provider] = listIn(recordIn(recordIn(content)['provider'])['exchange']);
  const blocks = (name: string, schema: BlockSchema) =>
    listIn(recordIn(provider)[name]).map((block) => filled(schema, valueOf(block), folder));
  return {
    versions: recordIn(recordIn(provider)['servers']) as Stack['versions'],
    dnsUpdates: blocks('dns_update', DNS_UPDATE_BLOCK.schema),
    publicCertificates: blocks('public_certificate', PUBLIC_CERTIFICATE_BLOCK.schema),
    siteCertificates: blocks('site_certificate', SITE_CERTIFICATE_BLOCK.schema),
    certificates: Object.values(recordIn(recordIn(recordIn(content)['resource'])[certificate.typeName])).map(
      (resource) => filled(certificate.schema, valueOf(resource), folder),
    ),
  };
}

/** Attributes with a path that is relative to the folder that Terraform runs in. */
const FILES = ['pfx_file', 'keytab'];

/** Adds missing attributes of the schema as null, drops others, and makes paths relative to the present folder. */
function filled(schema: BlockSchema, value: Value, folder: string): Values {
  const given = Object.entries(isRecord(value) ? value : {}).flatMap(([name, item]): [string, Value][] => {
    if (!(name in schema.attributes)) return [];
    const isWay = FILES.includes(name) && typeof item === 'string' && !isAbsolute(item);
    return [[name, isWay ? join(folder, item) : item]];
  });
  return withEveryAttribute(schema, Object.fromEntries(given));
}

/** A text that consists of one variable. Stacks contain no other templates. */
const VARIABLE = /^\$\{var\.([A-Za-z0-9_-]+)\}$/;

/** The value as Terraform reads it. A variable that the environment does not set is null. */
function terraformValue(value: unknown, environment: Environment): Value {
  if (typeof value === 'string') {
    const [, variable] = VARIABLE.exec(value) ?? [];
    if (variable !== undefined) return environment[`TF_VAR_${variable}`] ?? null;
    return value.replace(/([$%])\1\{/g, '$1{');
  }
  if (Array.isArray(value)) return value.map((item) => terraformValue(item, environment));
  if (typeof value !== 'object' || value === null) return value as Value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, terraformValue(item, environment)]),
  );
}
