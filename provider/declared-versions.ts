import type { Catalog } from '../exchange/versions';
import { catalogOf, ExchangeVersion } from '../exchange/versions';
import type { Invocation } from '../powershell/invocation';
import type { Settings } from './configuration';
import type { ServerSession } from './server-sessions';

/**
 * The Exchange versions that the declaration gives its servers, and with them the cmdlets that may be called.
 * `ExchangeTarget` documents the methods.
 */
export class DeclaredVersions {
  /** Of the servers that this session is for, each version once, the oldest first. */
  readonly #reached: readonly ExchangeVersion[];

  constructor(
    private readonly settings: Settings,
    own: ServerSession | undefined,
  ) {
    this.#reached = own === undefined ? versionsReached(settings) : [own.version];
  }

  versionFor(server: string | null): ExchangeVersion | undefined {
    if (server !== null) return this.settings.versions.get(server.toLowerCase());
    return this.#reached[0];
  }

  isDeclared(server: string): boolean {
    return this.versionFor(server) !== undefined;
  }

  respelled(server: string): string | undefined {
    const declared = this.settings.spellings.get(server.toLowerCase());
    return declared === server ? undefined : declared;
  }

  catalogFor(server: string | null): Catalog | undefined {
    const version = this.versionFor(server) ?? this.versionFor(null);
    return version === undefined ? undefined : catalogOf(version);
  }

  catalogsFor(server: string | null): readonly Catalog[] {
    if (server === null) return this.#reached.map(catalogOf);
    const catalog = this.catalogFor(server);
    return catalog === undefined ? [] : [catalog];
  }

  addressed(invocation: Invocation): Invocation {
    const controller = this.settings.domainController;
    if (controller === null) return invocation;
    const catalog = this.catalogsFor(null).find((each) => each.has(invocation.cmdlet));
    if (catalog?.has(invocation.cmdlet, 'DomainController') !== true) return invocation;
    return { ...invocation, parameters: { ...invocation.parameters, DomainController: controller } };
  }
}

/** The servers without a session of their own count; where every server has one, all of them do. */
function versionsReached({ versions, serverSessions }: Settings): readonly ExchangeVersion[] {
  const reached = [...versions].filter(([server]) => !serverSessions.has(server));
  const declared = new Set((reached.length === 0 ? [...versions] : reached).map(([, version]) => version));
  return ExchangeVersion.ALL.filter((version) => declared.has(version));
}
