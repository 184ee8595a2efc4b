import { Annotations, DataResource, TerraformResource, TerraformStack, Token } from 'cdktf';
import type { TerraformMetaArguments } from 'cdktf';
import { Construct } from 'constructs';
import { distinctAddresses } from '../exchange/addresses';
import { viewsOf } from '../exchange/dns-views';
import type {
  AttributeReference,
  PoolMember,
  FurtherRecord,
  RecordSet,
  ExchangeObject,
  DesiredValue,
} from '../exchange/element';
import { elementsOf, isReference } from '../exchange/element';
import { passwordVariable } from '../exchange/certificate-name';
import { isForWeb, isOnServer, type DeclaredCertificate } from '../exchange/declared-certificates';
import { wavesOf } from '../exchange/waves';
import { exchangePlan } from '../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../exchange/plan/script';
import { publishedNames, publishedNamesOf } from '../exchange/published-names';
import { resolveSite, type DesiredState } from '../exchange/resolve-site';
import { importIdOf, serviceConnectionPoint } from '../exchange/resources';
import type { ResourceDefinition } from '../exchange/resources';
import { formatDiagnostic } from '../exchange/rules';
import type { SiteDiagnostic } from '../exchange/rules';
import { idOf } from '../exchange/resource-id';
import { ownSessions } from '../exchange/server-endpoint';
import { serverHosts } from '../exchange/server-hosts';
import type { Side } from '../exchange/given-names';
import type { ExchangeSiteProps, Zone } from '../exchange/site';
import type { KnownValues, Path } from '../schema';
import { formatPath } from '../schema';
import { DeclarationError, refuseSynth } from './declaration-error';
import { isAbsolute, portable, readCertificateFiles } from './declared-file';
import { absoluteName, DnsUpdates } from './dns-updates';
import { ExchangeProvider } from './exchange-provider';
import { ExchangeResource } from './exchange-resource';
import { ImportBlock } from './import-block';
import { writeBesideStack, writeIntoFolder } from './plan-files';
import { declaredRecordSet, recordSet, type RecordSetMaker, type RecordSets } from './record-set';
import { SecretVariable } from './secret-variable';
import { templateText } from './template-text';

export interface ExchangeSiteOptions {
  /**
   * The path from the folder in which Terraform runs to the folder of the project, with `/` between the names. Paths of
   * the declaration start from the latter.
   *
   * @default '../../..', for Terraform in cdktf.out/stacks/<stack>
   */
  readonly projectFolder?: string;
  /**
   * The folder of the project, in which synth reads the certificate files.
   *
   * @default the working directory of this program: cdktf starts it in the folder of the project
   */
  readonly sourceFolder?: string;
  /**
   * A second folder for the plan files, and the path from it to the folder of the project.
   *
   * @default the plan files stand only beside the stack
   */
  readonly plans?: { readonly folder: string; readonly projectFolder: string };
  /**
   * Makes the record sets of zones that hashicorp/dns does not serve.
   *
   * @default hashicorp/dns makes all record sets
   */
  readonly recordSets?: RecordSets;
}

/**
 * An Exchange site: the objects of its servers, its DAG, its DNS record sets, and the remote-execution plan beside
 * the stack's `cdk.tf.json`. A stack holds one: providers, variables and plan files are those of the stack. Called `Default`,
 * it leaves Terraform addresses short: `exchange_owa_virtual_directory.BsAEX02-owa`. The variables of its secrets have
 * their documented names whatever it is called.
 */
export class ExchangeSite extends Construct {
  /** The objects, record sets and diagnostics that follow from the declaration. */
  readonly desired: DesiredState;
  /**
   * Why the declaration is refused, as text for its author; the synth of its stack then fails. Left out: the
   * declaration is right.
   */
  readonly refusal?: string;
  /** The Terraform address of each resource, by its id. */
  readonly #addresses = new Map<string, string>();
  #mailbox: SecretVariable | undefined;
  /** Ids of steps that stand only in the plan files: they have no Terraform resource. */
  readonly #withoutResource = new Set<string>();
  readonly #projectFolder: string;
  readonly #plans: ExchangeSiteOptions['plans'];
  readonly #recordSets: RecordSets;

  /**
   * @throws DeclarationError where a value is known only to Terraform, since names and addresses decide which resources
   * there are; and where the stack already has a site
   */
  constructor(scope: Construct, id: string, site: ExchangeSiteProps, options: ExchangeSiteOptions = {}) {
    super(scope, id);
    refuseSecond(this);
    refuseTokens(site, []);
    this.#projectFolder = options.projectFolder ?? '../../..';
    this.#plans = options.plans;
    const { recordSets = () => undefined } = options;
    if (typeof recordSets !== 'function') {
      throw new DeclarationError(`recordSets is not a function; ${RECORD_SETS}`);
    }
    this.#recordSets = recordSets;
    this.desired = resolveSite(site, readCertificateFiles(site, options.sourceFolder ?? process.cwd()));
    const { diagnostics } = this.desired;
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    for (const warning of diagnostics.filter(({ severity }) => severity === 'warning')) {
      Annotations.of(this).addWarning(formatDiagnostic(warning));
    }
    // With errors no resources are made: one of the errors may be that two of them have the same name.
    if (errors.length === 0) {
      this.#make(site);
      return;
    }
    const stack = TerraformStack.of(this);
    this.refusal = refusal(stack.node.id, errors);
    refuseSynth(stack, this.refusal);
  }

  #make(site: ExchangeSiteProps): void {
    const { elements, certificates } = this.desired;
    const recordSets = elementsOf(elements, 'record-set');
    const views = viewsOf(site);
    const ownZones = views.flatMap(({ side, declared }) =>
      declared.zones
        .filter((zone) => this.#makerOf(zone, side) === undefined)
        .map((zone) => ({ zone, side })),
    );
    const updates = new DnsUpdates(this, ownZones, (file) => this.#fromStack(file));
    const allRecords = [...recordSets, ...elementsOf(elements, 'further-record')];
    const zones = ownZones.filter(({ zone }) => allRecords.some((record) => record.zone === zone));
    const passwords = new Map(certificates.map(({ name }) => [name, this.#password(name)]));
    new ExchangeProvider(this, 'exchange', {
      servers: Object.fromEntries(site.servers.map(({ name, version }) => [name, version.label])),
      serverEndpoints: Object.fromEntries(
        ownSessions(site).map(({ server, endpoint }) => [server, templateText(endpoint)]),
      ),
      rollout: wavesOf(site).flatMap((wave) => wave.map(({ name }) => name)),
      maintenance: this.desired.drained.map(({ server, redirectTo }) => ({
        server,
        ...(redirectTo === undefined ? {} : { redirect_to: templateText(redirectTo) }),
      })),
      autodiscoverUrls: severalAutodiscoverUrls(elements).map(templateText),
      siteHosts: serverHosts(site).map(templateText),
      siteCertificateNames: this.desired.endpointNames.map(templateText),
      dnsUpdates: zones.map(({ zone, side }) => updates.updateOf(zone, side)),
      publicCertificates: certificates.flatMap((certificate) => {
        const { name, declared, committed } = certificate;
        if (committed === undefined) return [];
        return [
          {
            pfx_file: templateText(this.#fromStack(declared.pfxFile)),
            pfx_password: passwords.get(name) ?? '',
            file: templateText(committed.file),
            pem: committed.pem,
            ...(declared.servers === undefined ? {} : { servers: serversWith(site, certificate) }),
          },
        ];
      }),
      siteCertificates: certificates.flatMap((certificate) => {
        const { name, declared } = certificate;
        if (name === null) return [];
        return [
          {
            name,
            pfx_file: templateText(this.#fromStack(declared.pfxFile)),
            services: declared.services,
            servers: serversWith(site, certificate),
          },
        ];
      }),
      ...(site.connection === undefined ? {} : { endpoint: templateText(site.connection.endpoint) }),
    });
    for (const { id } of elementsOf(elements, 'described')) this.#withoutResource.add(id);
    const objects = elementsOf(elements, 'exchange-object');
    const recordIds = new Set(allRecords.map(({ id }) => id));
    const isAfterRecords = ({ dependsOn }: ExchangeObject) => dependsOn.some((id) => recordIds.has(id));
    for (const object of objects.filter((each) => !isAfterRecords(each))) this.#object(object, passwords);
    this.#pools(elementsOf(elements, 'pool-member'));
    const names = this.#publishedNames(site, recordSets);
    for (const record of allRecords) this.#record(record, updates, names);
    for (const object of objects.filter(isAfterRecords)) this.#object(object, passwords, AFTER_RECORDS);
    const stack = TerraformStack.of(this);
    // The script names files relative to its own folder.
    const plansIn = (projectFolder: string) => ({
      'exchange-plan.json': `${JSON.stringify(exchangePlan(stack.node.id, site, this.desired), null, 2)}\n`,
      'exchange-plan.ps1': exchangePlanScript(stack.node.id, site, this.desired, (pfxFile) =>
        fromFolder(projectFolder, pfxFile),
      ),
    });
    writeBesideStack(stack, () => plansIn(this.#projectFolder));
    const plans = this.#plans;
    if (plans !== undefined) writeIntoFolder(stack, plans.folder, () => plansIn(plans.projectFolder));
  }

  #password(name: string | null): string {
    const whose = name === null ? '' : ` of the certificate ${name}`;
    return new SecretVariable(
      this,
      passwordVariable(name),
      `Password of the PFX file${whose}. Left out: the file has none.`,
    ).stringValue;
  }

  /** One variable for all servers. */
  #mailboxPassword(): string {
    this.#mailbox ??= new SecretVariable(
      this,
      MAILBOX_PASSWORD,
      'Password of the account that tests sign in as, health.connectivity.account.',
    );
    return this.#mailbox.stringValue;
  }

  #object(
    { id, definition, attributes, dependsOn, existing, certificate }: ExchangeObject,
    passwords: ReadonlyMap<string | null, string>,
    meta: TerraformMetaArguments = {},
  ): void {
    const config = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, this.#value(value)]),
    );
    const secret =
      certificate !== undefined
        ? {
            pfx_password: passwords.get(certificate),
            pfx_file: templateText(this.#fromStack(attributes['pfx_file'] as string)),
          }
        : {};
    // The cast is needed because the registry loses the types of its definitions; a caller who names a definition
    // directly is checked by the compiler.
    const bound = definition as unknown as ResourceDefinition;
    const ofMailbox = 'account' in attributes ? { mailbox_password: this.#mailboxPassword() } : {};
    const made = new ExchangeResource(this, id, bound, { ...config, ...secret, ...ofMailbox }, meta);
    this.#dependOn(made, dependsOn);
    this.#addresses.set(id, `${definition.typeName}.${made.friendlyUniqueId}`);
    // Imported, so that the first plan shows the present values, of Setup or an administrator, beside the declared
    // ones.
    if (existing) {
      const declared = this.desired.certificates.find(({ name }) => name === certificate);
      const importId = importIdOf(definition, { ...attributes, ...identityOf(declared) } as KnownValues);
      new ImportBlock(this, `${id}-import`, made, templateText(importId));
    }
  }

  /**
   * One resource for each load balancer pool, so that a plan shows which members join and leave, where otherwise DNS
   * would change.
   */
  #pools(members: readonly PoolMember[]): void {
    const idIn = ({ pool, isExternal }: PoolMember) =>
      `load-balancer-pool${isExternal === true ? '_external' : ''}${pool === undefined ? '' : `-${idOf(pool)}`}`;
    for (const id of new Set(members.map(idIn))) {
      this.#pool(
        id,
        members.filter((member) => idIn(member) === id),
      );
    }
  }

  #pool(id: string, members: readonly PoolMember[]): void {
    const pool = new DataResource(this, id, {
      input: {
        virtual_addresses: distinctAddresses(members.flatMap(({ virtualAddresses }) => virtualAddresses)),
        members: Object.fromEntries(members.map(({ server, addresses }) => [server, addresses])),
      },
    });
    this.#dependOn(
      pool,
      members.flatMap(({ dependsOn }) => dependsOn),
    );
  }

  /** Makes the resource that asks DNS before the first record set is changed, and remembers what was published. */
  #publishedNames(site: ExchangeSiteProps, records: readonly RecordSet[]): string {
    // The cast is needed because, unlike the definitions of the registry, it has no cmdlets.
    const bound = publishedNames as unknown as ResourceDefinition;
    const names = new ExchangeResource(this, 'names', bound, publishedNamesOf(site, records));
    // A record set also waits for the record set before it. That one already comes after the published names.
    const own = new Set(records.map(({ id }) => id));
    this.#dependOn(
      names,
      [...new Set(records.flatMap(({ dependsOn }) => dependsOn))].filter((id) => !own.has(id)),
    );
    return `${publishedNames.typeName}.${names.friendlyUniqueId}`;
  }

  #record(record: RecordSet | FurtherRecord, updates: DnsUpdates, names: string): void {
    const make = this.#makerOf(record.zone, record.view);
    const made =
      make === undefined
        ? recordSet(this, record, {
            zone: absoluteName(record.zone),
            ttl: record.ttlSeconds,
            provider: updates.providerOf(record.zone),
          })
        : this.#madeByOther(make, record);
    const before = record.dependsOn.filter((each) => !this.#withoutResource.has(each));
    made.dependsOn = [...(made.dependsOn ?? []), ...before.map((each) => this.#address(each)), names];
    this.#addresses.set(record.id, addressOf(made));
    // Only hashicorp/dns is known to import a record set by its full name.
    if (record.existing && make === undefined) {
      new ImportBlock(this, `${record.id}-import`, made, `${record.host.toLowerCase()}.`);
    }
  }

  #makerOf(zone: Zone, view: Side): RecordSetMaker | undefined {
    const name = zone.name.replace(/\.$/, '');
    const make: unknown = this.#recordSets({ name, view }) ?? undefined;
    if (make === undefined || typeof make === 'function') return make as RecordSetMaker | undefined;
    throw new DeclarationError(
      `for the zone ${name} of the ${view} view recordSets returns neither undefined nor a function; ${RECORD_SETS}`,
    );
  }

  /**
   * The function that makes the record set is written by users, and loaded without the compiler: its result is checked
   * here.
   */
  #madeByOther(make: RecordSetMaker, record: RecordSet | FurtherRecord): TerraformResource {
    const made: unknown = make(this, declaredRecordSet(record));
    const refuse = (why: string): never => {
      throw new DeclarationError(
        `the function from recordSets, called for the record set '${record.id}', ${why}`,
      );
    };
    if (!TerraformResource.isTerraformResource(made)) {
      return refuse(`returned no Terraform resource, which later resources must wait for; ${RECORD_SETS}`);
    }
    if ([...this.#addresses.values()].includes(addressOf(made))) {
      return refuse(
        `returned the resource that it had created for another record set; create one for each record set, with record.id as its id`,
      );
    }
    return made;
  }

  /**
   * Writes the dependencies as text. For each of its own references cdktf records and formats a stack trace, which for
   * a site of a hundred servers takes longer than everything else together.
   */
  #dependOn(resource: TerraformResource, ids: readonly string[]): void {
    const made = ids.filter((id) => !this.#withoutResource.has(id));
    if (made.length > 0) resource.dependsOn = made.map((id) => this.#address(id));
  }

  #address(id: string): string {
    const found = this.#addresses.get(id);
    if (found === undefined) throw new TypeError(`'${id}' is needed before it is made.`);
    return found;
  }

  #value(value: DesiredValue | AttributeReference): unknown {
    if (isReference(value)) return `\${${this.#address(value.resource)}.${value.attribute}}`;
    if (typeof value === 'string') return templateText(value);
    if (Array.isArray(value)) return (value as readonly DesiredValue[]).map((item) => this.#value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as { readonly [key: string]: DesiredValue }).map(([key, item]) => [
        key,
        this.#value(item),
      ]),
    );
  }

  /** The path of a declared file from the folder of the stack, where Terraform runs. */
  #fromStack(file: string): string {
    return fromFolder(this.#projectFolder, file);
  }
}

/** The name of the stack's variable. */
const MAILBOX_PASSWORD = 'mailbox_password';

/**
 * Switches create_before_destroy off, which a record set would inherit from what depends on it:
 * docs/decisions/site-create-before-destroy.md.
 */
const AFTER_RECORDS: TerraformMetaArguments = { lifecycle: { createBeforeDestroy: false } };

const RECORD_SETS =
  'write a function that is given a zone, as ({ name, view }) => …; it returns undefined to leave the records of the zone to hashicorp/dns, or for another provider (stack, record) => new Route53Record(stack, record.id, { … })';

function addressOf(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}

/** The path of a declared file from another folder; `way` leads from there to the folder of the project. */
function fromFolder(way: string, file: string): string {
  return isAbsolute(file) ? file : `${way}/${portable(file)}`;
}

/** The names of the servers that have the certificate. */
function serversWith({ servers }: ExchangeSiteProps, certificate: DeclaredCertificate): readonly string[] {
  return servers.filter((server) => isOnServer(certificate, server)).map(({ name }) => name);
}

/** A certificate for clients is imported as the one that they see; another one by its declared thumbprint. */
function identityOf(certificate: DeclaredCertificate | undefined): KnownValues {
  if (certificate === undefined || certificate.name === null || isForWeb(certificate)) return {};
  const { thumbprint } = certificate.declared;
  return thumbprint === undefined ? {} : { thumbprint };
}

/** Empty where all servers hand out the same URL, which the provider knows by itself. */
function severalAutodiscoverUrls(elements: DesiredState['elements']): readonly string[] {
  const urls = elementsOf(elements, 'exchange-object').flatMap(({ definition, attributes }) =>
    definition.typeName === serviceConnectionPoint.typeName ? [attributes['uri'] as string] : [],
  );
  const distinct = [...new Set(urls)];
  // An empty URL stands for a server that hands out none.
  return distinct.length > 1 ? distinct.filter((url) => url !== '') : [];
}

function refusal(site: string, errors: readonly SiteDiagnostic[]): string {
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  const list = errors.map((error) => `  ${formatDiagnostic(error)}`).join('\n');
  return `The declaration of ${site} has ${count}; nothing was synthesized.\n\n${list}\n`;
}

/** Two sites in one stack would overwrite each other's plan files, and share one provider, variable and pool. */
function refuseSecond(site: ExchangeSite): void {
  const stack = TerraformStack.of(site);
  const first = stack.node.findAll().find((other) => other instanceof ExchangeSite && other !== site);
  if (first === undefined) return;
  throw new DeclarationError(
    `The stack ${stack.node.id} holds the Exchange site '${first.node.id}' already, and '${site.node.id}' would be a second one; make a stack for each in your app: new TerraformStack(app, '…'). Declarations in environments/ have a file and a stack each`,
  );
}

/** Refuses values that only Terraform knows: they cannot decide which resources are declared. */
function refuseTokens(value: unknown, at: Path): void {
  if (Token.isUnresolved(value)) {
    throw new DeclarationError(
      `${formatPath(at) || 'the site'}: this value is known only while Terraform runs; write the value itself, since the declaration decides which resources are created`,
    );
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => refuseTokens(item, [...at, { index }]));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) refuseTokens(item, [...at, { attribute: key }]);
  }
}
