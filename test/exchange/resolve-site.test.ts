import fc from 'fast-check';
import { elementsOf } from '../../exchange/element';
import { resolveSite, type DesiredState } from '../../exchange/resolve-site';
import { serviceConnectionPoint, virtualDirectories } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/site';
import { existsIn } from '../../exchange/versions';
import { renderInvocation } from '../../powershell/script';
import { formatPath, path } from '../../schema';
import { dag as declaredDag, server, site } from './sites';

const right = site();

const objectsOf = ({ elements }: DesiredState) => elementsOf(elements, 'exchange-object');
const recordsOf = ({ elements }: DesiredState) => elementsOf(elements, 'record-set');
const orderOf = ({ elements }: DesiredState) => elements.map(({ id }) => id);

function resourceOf(state: DesiredState, id: string) {
  const found = objectsOf(state).find((resource) => resource.id === id);
  if (found === undefined) throw new Error(`no resource ${id}`);
  return found;
}

/** Everything that must be done before, however far. */
function waitsFor(state: DesiredState, id: string): readonly string[] {
  const all = new Set<string>();
  const visit = (from: string) => {
    const node = state.elements.find((one) => one.id === from);
    for (const next of node?.dependsOn ?? []) {
      if (all.has(next)) continue;
      all.add(next);
      visit(next);
    }
  };
  visit(id);
  return [...all];
}

describe('what a declaration comes to', () => {
  test('no two things share an id, however alike the names of servers and DAG are', () => {
    const word = fc.constantFrom('EX', '1', '-', 'dag', 'scp', 'certificate', 'services', 'health', 'pool');
    const name = fc
      .array(word, { minLength: 1, maxLength: 5 })
      .map((words) => words.join(''))
      .filter((text) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(text) && /[a-z]/i.test(text));
    const names = fc.uniqueArray(name, {
      selector: (text) => text.toLowerCase(),
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(names, ([dag, ...servers]) => {
        const order = orderOf(
          resolveSite(
            site({
              servers: servers.map((text, index) => server(index + 1, { name: text })),
              dag: { ...declaredDag, name: dag ?? '' },
              dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } },
            }),
          ),
        );
        expect(new Set(order).size).toBe(order.length);
      }),
    );
  });

  test('the order: service connection points, one server after the other, record sets last', () => {
    const ofServer = (name: string) => [
      `${name}-certificate`,
      `${name}-outlook-anywhere`,
      `${name}-owa`,
      `${name}-ecp`,
      `${name}-activesync`,
      `${name}-ews`,
      `${name}-oab`,
      `${name}-mapi`,
    ];
    expect(orderOf(resolveSite(right))).toEqual([
      'EX01-scp',
      'EX02-scp',
      ...ofServer('EX01'),
      'witness-FS01',
      'dag-DAG01',
      'EX01-dag-member',
      'EX01-health',
      ...ofServer('EX02'),
      'EX02-dag-member',
      'EX02-health',
      'mail_contoso_com-A',
      'autodiscover_contoso_com-A',
    ]);
  });

  test('nothing stands before what it waits for', () => {
    const state = resolveSite(right);
    for (const { id, dependsOn } of state.elements) {
      for (const before of dependsOn) {
        expect(orderOf(state).indexOf(before)).toBeGreaterThanOrEqual(0);
        expect(orderOf(state).indexOf(before)).toBeLessThan(orderOf(state).indexOf(id));
      }
    }
  });

  test('a database waits until all servers that hold it are members, and the Information Store for the database', () => {
    const state = resolveSite(
      site({
        dag: {
          ...declaredDag,
          databases: { 'DB 1': { copies: ['EX02', 'EX01'] }, DB2: { copies: ['EX02'] } },
        },
      }),
    );
    expect(state.diagnostics).toEqual([]);
    expect(resourceOf(state, 'database-DB_201').dependsOn).toEqual(['EX02-dag-member', 'EX01-dag-member']);
    expect(resourceOf(state, 'database-DB2').dependsOn).toEqual(['EX02-dag-member']);
    expect(
      elementsOf(state.elements, 'described').flatMap(({ id, dependsOn }) =>
        id.endsWith('information-store') ? [[id, dependsOn]] : [],
      ),
    ).toEqual([
      ['EX01-information-store', ['database-DB_201']],
      ['EX02-information-store', ['database-DB_201', 'database-DB2']],
    ]);
  });

  test('a DAG that names no members has all servers but those of Exchange 2007', () => {
    const old = server(1, {
      version: ExchangeVersion.V2007,
      endpoint: 'https://ex01.contoso.local:5986/wsman',
    });
    const state = resolveSite(site({ servers: [old, server(2, { version: ExchangeVersion.V2010 })] }));
    expect(state.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(
      elementsOf(state.elements, 'exchange-object').flatMap(({ id }) =>
        id.endsWith('dag-member') ? [id] : [],
      ),
    ).toEqual(['EX02-dag-member']);
  });

  test('datacenter activation waits until all members have joined', () => {
    const state = resolveSite(site({ dag: { ...declaredDag, datacenterActivation: 'DagOnly' } }));
    expect(resourceOf(state, 'dag-DAG01-activation')).toMatchObject({
      attributes: { dag: 'DAG01', mode: 'DagOnly' },
      dependsOn: ['dag-DAG01', 'EX01-dag-member', 'EX02-dag-member'],
    });
  });

  test('a service connection point waits for nothing, not even the server before it', () => {
    expect(waitsFor(resolveSite(right), 'EX02-scp')).toEqual([]);
  });

  test('from its certificate on, a server waits until the one before it is healthy', () => {
    expect(resourceOf(resolveSite(right), 'EX02-certificate').dependsOn).toEqual(['EX02-scp', 'EX01-health']);
    const parallel = resolveSite(site({ rollout: 'parallel' }));
    expect(waitsFor(parallel, 'EX02-health').filter((id) => id.startsWith('EX01'))).toEqual([]);
  });

  test('in waves, a server waits until all of the wave before are healthy, and for none of its own', () => {
    const servers = [1, 2, 3, 4].map((number) => server(number));
    const state = resolveSite(site({ servers, rollout: [['EX03'], ['EX04', 'ex01'], ['EX02']] }));
    const { elements, diagnostics } = state;
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const waits = (id: string) =>
      resourceOf(state, `${id}-certificate`).dependsOn.filter((one) => !one.startsWith(id));
    expect(['EX01', 'EX02', 'EX03', 'EX04'].map(waits)).toEqual([
      ['EX03-health'],
      ['EX04-health', 'EX01-health'],
      [],
      ['EX03-health'],
    ]);
    expect(resourceOf(state, 'EX02-scp').dependsOn).toEqual([]);
    const gates = elements.flatMap(({ id }) => (id.endsWith('-health') ? [id] : []));
    expect(gates).toEqual(['EX03-health', 'EX04-health', 'EX01-health', 'EX02-health']);
    const [record] = elementsOf(elements, 'record-set');
    expect([...(record?.dependsOn ?? [])].sort()).toEqual([...gates].sort());
    // Where it is declared stays what it was.
    expect(resourceOf(state, 'EX03-scp').origin['server']).toEqual(path('servers', 2, 'name'));
  });

  describe('where replication is to be checked', () => {
    const database = { copies: ['EX01', 'EX02'] };
    const state = resolveSite(
      site({
        dag: { ...declaredDag, databases: { DB01: database } },
        health: { replication: true, timeoutSeconds: 60 },
      }),
    );

    test('a member is checked once it has joined, and the next server waits for that', () => {
      const gate = resourceOf(state, 'EX01-replication');
      expect(gate.attributes).toMatchObject({ timeout_seconds: 60, triggers: { dag: 'DAG01' } });
      expect(gate.attributes['checks']).toContain('QuorumGroup');
      expect(gate.attributes['checks']).not.toContain('DBCopyFailed');
      expect(gate.dependsOn).toEqual(['EX01-dag-member']);
      expect(resourceOf(state, 'EX01-health').dependsOn).toContain('EX01-replication');
      expect(waitsFor(state, 'EX02-certificate')).toContain('EX01-replication');
    });

    test('copies are checked once the databases are made, and no server and no record waits for that', () => {
      const gate = resourceOf(state, 'EX02-copies');
      expect(gate.attributes).toMatchObject({ triggers: { DB01: 'EX01 EX02' } });
      expect(gate.attributes['checks']).toContain('DBCopyFailed');
      expect(gate.dependsOn).toEqual(['database-DB01']);
      const waiting = state.elements.filter(({ dependsOn }) =>
        dependsOn.some((id) => id.endsWith('-copies')),
      );
      expect(waiting).toEqual([]);
    });

    test('nothing is checked of a server that is no member or holds nothing, nor without its being said', () => {
      const one = resolveSite(
        site({ dag: { ...declaredDag, members: ['EX01'] }, health: { replication: true } }),
      ).elements.map(({ id }) => id);
      expect(one).toContain('EX01-replication');
      expect(one).not.toContain('EX02-replication');
      expect(one).not.toContain('EX01-copies');
      const silent = resolveSite(site({ dag: { ...declaredDag, databases: { DB01: database } } })).elements;
      expect(silent.filter(({ id }) => /-(?:replication|copies)$/.test(id))).toEqual([]);
    });
  });

  test('the health gate of a server waits for everything else of it, the service connection point first', () => {
    const waits = waitsFor(resolveSite(site({ rollout: 'parallel' })), 'EX01-health');
    expect([...waits].sort()).toEqual([
      'EX01-activesync',
      'EX01-certificate',
      'EX01-dag-member',
      'EX01-ecp',
      'EX01-ews',
      'EX01-mapi',
      'EX01-oab',
      'EX01-outlook-anywhere',
      'EX01-owa',
      'EX01-scp',
      'dag-DAG01',
      'witness-FS01',
    ]);
  });

  test('record sets wait for the gates of all servers whose addresses they carry', () => {
    const gates = ['EX01-health', 'EX02-health'];
    // Those of one DNS server come one after another.
    expect(recordsOf(resolveSite(right)).map(({ dependsOn }) => dependsOn)).toEqual([
      gates,
      [...gates, 'mail_contoso_com-A'],
    ]);
  });

  test('the letter case of a host name is none of its record set, which would be deleted and made again', () => {
    const inCase = (client: string) =>
      recordsOf(resolveSite(site({ namespaces: { ...right.namespaces, client } }))).map(({ id, name }) => [
        id,
        name,
      ]);
    expect(inCase('MAIL.Contoso.com')).toEqual(inCase('mail.contoso.com'));
  });

  test('the certificate must cover what clients use and what it is said to have, each once', () => {
    const declared = {
      ...right.certificate,
      names: ['*.contoso.com', 'MAIL.contoso.com', 'pop.contoso.com'],
    };
    const { attributes } = resourceOf(resolveSite(site({ certificate: declared })), 'EX01-certificate');
    expect(attributes['required_names']).toEqual([
      '*.contoso.com',
      'MAIL.contoso.com',
      'autodiscover.contoso.com',
      'pop.contoso.com',
    ]);
  });

  test('a gate runs again when the certificate, its services, a name or the DAG changes', () => {
    expect(resourceOf(resolveSite(right), 'EX02-health').attributes['triggers']).toEqual({
      certificate: { resource: 'EX02-certificate', attribute: 'thumbprint' },
      'certificate-services': 'IIS',
      'outlook-anywhere': 'mail.contoso.com mail.contoso.com',
      owa: 'https://mail.contoso.com/owa https://mail.contoso.com/owa',
      ecp: 'https://mail.contoso.com/ecp https://mail.contoso.com/ecp',
      activesync:
        'https://mail.contoso.com/Microsoft-Server-ActiveSync https://mail.contoso.com/Microsoft-Server-ActiveSync',
      ews: 'https://mail.contoso.com/EWS/Exchange.asmx https://mail.contoso.com/EWS/Exchange.asmx',
      oab: 'https://mail.contoso.com/OAB https://mail.contoso.com/OAB',
      mapi: 'https://mail.contoso.com/mapi https://mail.contoso.com/mapi',
      'dag-member': 'DAG01',
    });
  });

  test('a further name is published and on the certificate, and no client is given it', () => {
    const further = site({
      namespaces: { ...right.namespaces, alsoPublished: ['Outlook.contoso.com'] },
      certificate: { ...right.certificate, names: ['*.contoso.com'] },
    });
    const [before, after] = [resolveSite(right), resolveSite(further)];
    expect(after.diagnostics).toEqual([]);
    expect(recordsOf(after).map(({ id }) => id)).toEqual([
      'mail_contoso_com-A',
      'autodiscover_contoso_com-A',
      'outlook_contoso_com-A',
    ]);
    expect(recordsOf(after)[2]).toMatchObject({ name: 'outlook', addresses: ['192.0.2.1', '192.0.2.2'] });
    expect(resourceOf(after, 'EX01-certificate').attributes['required_names']).toContain(
      'Outlook.contoso.com',
    );
    const urls = (state: DesiredState) =>
      objectsOf(state).flatMap(({ definition, attributes }) =>
        definition.kind === 'virtual-directory' || definition.kind === 'outlook-anywhere' ? [attributes] : [],
      );
    expect(urls(after)).toEqual(urls(before));
  });

  test('services can have names of their own, inside and outside; null clears the outside', () => {
    const state = resolveSite(
      site({
        namespaces: {
          client: { internal: 'in.contoso.com', external: 'out.contoso.com' },
          autodiscover: 'autodiscover.contoso.com',
          services: {
            ecp: { internal: 'in.contoso.com', external: null },
            outlookAnywhere: 'oa.contoso.com',
          },
        },
      }),
    );
    expect(resourceOf(state, 'EX01-owa').attributes).toMatchObject({
      internal_url: 'https://in.contoso.com/owa',
      external_url: 'https://out.contoso.com/owa',
    });
    expect(resourceOf(state, 'EX01-ecp').attributes).toMatchObject({ external_url: '' });
    expect(resourceOf(state, 'EX01-outlook-anywhere').attributes).toMatchObject({
      internal_hostname: 'oa.contoso.com',
    });
    expect(recordsOf(state).map(({ host }) => host)).toEqual([
      'in.contoso.com',
      'out.contoso.com',
      'autodiscover.contoso.com',
      'oa.contoso.com',
    ]);
  });

  test('remote PowerShell is managed only where it has a name of its own', () => {
    expect(orderOf(resolveSite(right))).not.toContain('EX01-powershell');
    const state = resolveSite(
      site({ namespaces: { ...right.namespaces, services: { powershell: 'mail.contoso.com' } } }),
    );
    expect(resourceOf(state, 'EX01-powershell').attributes).toMatchObject({
      internal_url: 'https://mail.contoso.com/PowerShell',
    });
  });

  test('the most specific sign-in counts, switch by switch: server, datacentre, site', () => {
    const state = resolveSite(
      site({
        servers: [
          server(1),
          server(2, { datacentre: 'east' }),
          server(3, { datacentre: 'east', authentication: { ews: { windows: false } } }),
        ],
        datacentres: { east: { authentication: { ews: { basic: false } } } },
        authentication: { ews: { basic: true, windows: true } },
        dag: { ...declaredDag, alternateWitness: { server: 'FS02', directory: 'C:\\W' } },
      }),
    );
    const switches = (id: string) => {
      const { basic_authentication, windows_authentication } = resourceOf(state, id).attributes;
      return [basic_authentication, windows_authentication];
    };
    expect(state.diagnostics).toEqual([]);
    expect(switches('EX01-ews')).toEqual([true, true]);
    expect(switches('EX02-ews')).toEqual([false, true]);
    expect(switches('EX03-ews')).toEqual([false, false]);
    expect(resourceOf(state, 'EX03-ews').origin['windows_authentication']).toEqual(
      path('servers', 2, 'authentication', 'ews', 'windows'),
    );
    expect(switches('EX01-oab')).toEqual([undefined, undefined]);
  });

  test('Outlook Anywhere of 2010 is managed where it is declared, with the name outside', () => {
    const on2010 = (number: number, changes: object) =>
      server(number, { version: ExchangeVersion.V2010, ...changes });
    const state = resolveSite(
      site({
        servers: [
          on2010(1, { outlookAnywhere: 'enabled' }),
          on2010(2, { outlookAnywhere: 'disabled' }),
          on2010(3, {}),
        ],
        namespaces: {
          ...right.namespaces,
          client: { internal: 'in.contoso.com', external: 'mail.contoso.com' },
        },
        certificate: { ...right.certificate, names: ['*.contoso.com'] },
        outlookAnywhere: { externalAuthentication: 'Basic' },
      }),
    );
    expect(state.diagnostics).toEqual([]);
    expect(resourceOf(state, 'EX01-outlook-anywhere').attributes).toEqual({
      server: 'EX01',
      enabled: true,
      external_hostname: 'mail.contoso.com',
      ssl_offloading: false,
      client_authentication_method: 'Basic',
    });
    expect(resourceOf(state, 'EX02-outlook-anywhere').attributes).toEqual({ server: 'EX02', enabled: false });
    expect(orderOf(state)).not.toContain('EX03-outlook-anywhere');
    expect(orderOf(state)).not.toContain('EX01-mapi');
    expect(resourceOf(state, 'EX01-health').attributes['protocols']).toEqual([]);
  });

  test('every kind of virtual directory that clients use has a resource', () => {
    const kinds = new Set(objectsOf(resolveSite(right)).map(({ definition }) => definition.typeName));
    const missing = virtualDirectories.filter(
      ({ row, definition }) =>
        existsIn(row.lifespan, ExchangeVersion.V2013) && !kinds.has(definition.typeName),
    );
    expect(missing.map(({ row }) => row.service)).toEqual(['powershell', 'autodiscover']);
  });

  test('MAPI over HTTP says its authentication on 2013, where every call must, and not later', () => {
    const on2016 = site({
      servers: [server(1, { version: ExchangeVersion.V2016 })],
    });
    expect(resourceOf(resolveSite(right), 'EX01-mapi').attributes).toMatchObject({
      iis_authentication_methods: ['Ntlm', 'OAuth', 'Negotiate'],
    });
    expect(resourceOf(resolveSite(on2016), 'EX01-mapi').attributes).not.toHaveProperty(
      'iis_authentication_methods',
    );
    const declared = site({ servers: on2016.servers, mapiAuthentication: ['Negotiate'] });
    expect(resourceOf(resolveSite(declared), 'EX01-mapi').attributes).toMatchObject({
      iis_authentication_methods: ['Negotiate'],
    });
  });

  test('the cmdlet is that of the version', () => {
    const on2016 = resolveSite(site({ servers: [server(1, { version: ExchangeVersion.V2016 })] }));
    const cmdlet = (state: DesiredState) => resourceOf(state, 'EX01-scp').steps[0]?.invocation.cmdlet;
    expect(cmdlet(resolveSite(right))).toBe('Set-ClientAccessServer');
    expect(cmdlet(on2016)).toBe('Set-ClientAccessService');
    expect(on2016.diagnostics).toEqual([]);
  });

  test('steps are those of the definitions, with nothing before', () => {
    const { definition, steps } = resourceOf(resolveSite(right), 'EX02-scp');
    expect(definition.typeName).toBe(serviceConnectionPoint.typeName);
    expect(steps.map(({ invocation }) => invocation)).toEqual([
      {
        cmdlet: 'Set-ClientAccessServer',
        parameters: {
          Identity: 'EX02',
          AutoDiscoverServiceInternalUri: 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml',
        },
      },
    ]);
  });

  test('a DAG may have fewer members than the site has servers', () => {
    const order = orderOf(resolveSite(site({ dag: { ...declaredDag, members: ['ex02'] } })));
    expect(order.filter((id) => id.includes('dag'))).toEqual(['dag-DAG01', 'EX02-dag-member']);
  });

  test('a DAG has the version of its members', () => {
    const servers = [server(1), server(2, { version: ExchangeVersion.V2016 })];
    const state = resolveSite(site({ servers, dag: { ...declaredDag, members: ['EX02'] } }));
    expect(resourceOf(state, 'dag-DAG01').version).toBe(ExchangeVersion.V2016);
  });

  describe('several DAGs', () => {
    const servers = [1, 2, 3, 4].map((number) => server(number));
    const one = { ...declaredDag, members: ['EX01', 'EX02'] };
    const two = {
      name: 'DAG02',
      witness: { server: 'FS02', directory: 'C:\\Witness\\DAG02' },
      members: ['ex04', 'EX03'],
    };

    test('are made in their order, and each server joins its own', () => {
      const state = resolveSite(site({ servers, dag: [one, two] }));
      expect(state.diagnostics).toEqual([]);
      expect(orderOf(state).filter((id) => id.startsWith('dag-'))).toEqual(['dag-DAG01', 'dag-DAG02']);
      const joined = servers.map(({ name }) => {
        const { attributes, dependsOn } = resourceOf(state, `${name}-dag-member`);
        return [attributes['dag'], dependsOn.find((id) => id.startsWith('dag-'))];
      });
      expect(joined).toEqual([
        ['DAG01', 'dag-DAG01'],
        ['DAG01', 'dag-DAG01'],
        ['DAG02', 'dag-DAG02'],
        ['DAG02', 'dag-DAG02'],
      ]);
    });

    test('one in a list is the same as one alone', () => {
      const alone = resolveSite(site({ dag: declaredDag }));
      const listed = resolveSite(site({ dag: [declaredDag] }));
      const without = ({ elements }: typeof alone) =>
        JSON.stringify(elements.map((element) => ({ ...element, origin: null })));
      expect(without(listed)).toBe(without(alone));
    });

    test('with a witness server in common describe it once, before either is made', () => {
      const shared = { ...two, witness: { ...two.witness, server: 'fs01' } };
      const state = resolveSite(site({ servers, dag: [one, shared] }));
      expect(elementsOf(state.elements, 'described').map(({ id, host }) => [id, host])).toEqual([
        ['witness-FS01', 'FS01.contoso.local'],
      ]);
      expect(resourceOf(state, 'dag-DAG01').dependsOn).toEqual(['witness-FS01']);
      expect(resourceOf(state, 'dag-DAG02').dependsOn).toEqual(['witness-FS01']);
    });

    test('with witness servers of one name in two domains have a step for each', () => {
      const other = { ...two, witness: { ...two.witness, server: 'fs01.fabrikam.local' } };
      const state = resolveSite(site({ servers, dag: [one, other] }));
      expect(state.diagnostics).toEqual([]);
      expect(elementsOf(state.elements, 'described').map(({ id, host }) => [id, host])).toEqual([
        ['witness-FS01.CONTOSO.LOCAL', 'FS01.contoso.local'],
        ['witness-FS01.FABRIKAM.LOCAL', 'fs01.fabrikam.local'],
      ]);
      expect(resourceOf(state, 'dag-DAG01').dependsOn).toEqual(['witness-FS01.CONTOSO.LOCAL']);
      expect(resourceOf(state, 'dag-DAG02').dependsOn).toEqual(['witness-FS01.FABRIKAM.LOCAL']);
    });

    test('whatever is said of them, are judged or made in an order, and nothing is thrown', () => {
      const name = fc.constantFrom('EX01', 'ex02', 'EX03', 'EX09', '');
      const names = fc.array(name, { maxLength: 3 });
      const witness = fc.record({
        server: fc.constantFrom(
          'FS01',
          'fs01.contoso.local',
          'FS01.fabrikam.local',
          'EX01',
          '',
          'constructor',
        ),
        directory: fc.constantFrom('C:\\W\\1', 'c:\\w\\1\\', ''),
      });
      const group = fc.record(
        {
          name: fc.constantFrom('DAG01', 'dag01', 'DAG_02', 'EX01', '__proto__', ''),
          witness,
          alternateWitness: witness,
          addresses: fc.array(
            fc.constantFrom('0.0.0.0', '255.255.255.255', '192.0.2.1', '192.0.2.50', 'toString'),
            { maxLength: 3 },
          ),
          members: names,
          existing: fc.boolean(),
          existingMembers: names,
        },
        { requiredKeys: ['name', 'witness'] },
      );
      const version = fc.constantFrom(...ExchangeVersion.ALL);
      const sites = fc.tuple(
        fc.oneof(group, fc.array(group, { maxLength: 3 })),
        fc.array(version, { minLength: 1, maxLength: 3 }),
      );
      fc.assert(
        fc.property(sites, ([dag, versions]) => {
          const declared = versions.map((of, index) => server(index + 1, { version: of }));
          const { elements, diagnostics } = resolveSite(site({ servers: declared, dag }));
          const unplaced = diagnostics.filter(
            ({ path, summary, detail }) => path.length === 0 || summary === '' || detail === '',
          );
          expect(unplaced).toEqual([]);
          if (diagnostics.some(({ severity }) => severity === 'error')) return;
          const ids = elements.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
        }),
      );
    });

    test('say where each stands', () => {
      const state = resolveSite(site({ servers, dag: [one, two] }));
      const group = resourceOf(state, 'dag-DAG02');
      expect(formatPath(group.origin['witness_server'] ?? [])).toBe('dag[1].witness.server');
      const member = resourceOf(state, 'EX03-dag-member');
      expect(formatPath(member.origin['dag'] ?? [])).toBe('dag[1].name');
    });
  });

  test.each([
    [ExchangeVersion.V2010, undefined, ['0.0.0.0']],
    [ExchangeVersion.V2010, ['192.0.2.50'], ['192.0.2.50']],
    // The resource has 255.255.255.255 where none are given.
    [ExchangeVersion.V2013, undefined, undefined],
    [ExchangeVersion.V2013, ['0.0.0.0'], ['0.0.0.0']],
    [ExchangeVersion.SE, undefined, undefined],
  ])('a DAG of %s with the addresses %j has %j', (version, addresses, expected) => {
    const dag = { ...declaredDag, ...(addresses === undefined ? {} : { addresses }) };
    const state = resolveSite(site({ servers: [server(1, { version })], dag }));
    const group = resourceOf(state, 'dag-DAG01');
    expect(group.attributes['ip_addresses']).toEqual(expected);
    expect(group.steps[0]?.invocation.parameters['DatabaseAvailabilityGroupIpAddresses']).toEqual(
      expected ?? ['255.255.255.255'],
    );
  });

  test('a DAG over two datacentres of 2010 is made as its administrators made it', () => {
    const { V2010 } = ExchangeVersion;
    const at = (number: number, datacentre: string) => server(number, { version: V2010, datacentre });
    const state = resolveSite(
      site({
        servers: [at(1, 'primary'), at(3, 'primary'), at(2, 'failover'), at(4, 'failover')],
        dag: {
          name: 'DAG01',
          witness: { server: 'FS01', directory: 'C:\\DAG01' },
          alternateWitness: { server: 'FS02', directory: 'C:\\DAG01' },
          addresses: ['192.0.2.50', '198.51.100.50'],
        },
      }),
    );
    expect(state.diagnostics.filter(({ rule }) => rule.startsWith('dag-'))).toEqual([]);
    expect(
      elementsOf(state.elements, 'exchange-object')
        .filter(({ definition: { kind } }) => kind.startsWith('dag'))
        .flatMap(({ steps }) => steps.map(({ invocation }) => renderInvocation(invocation))),
    ).toEqual([
      "New-DatabaseAvailabilityGroup -Name 'DAG01' -WitnessServer 'FS01' -WitnessDirectory 'C:\\DAG01' -DatabaseAvailabilityGroupIpAddresses '192.0.2.50', '198.51.100.50'",
      "Set-DatabaseAvailabilityGroup -Identity 'DAG01' -AlternateWitnessServer 'FS02' -AlternateWitnessDirectory 'C:\\DAG01'",
      ...['EX01', 'EX03', 'EX02', 'EX04'].map(
        (name) => `Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer '${name}'`,
      ),
    ]);
    expect(elementsOf(state.elements, 'described').map(({ host }) => host)).toEqual(['FS01', 'FS02']);
  });

  test('what a witness needs is described for each that is no server of the declaration', () => {
    const directory = 'C:\\Witness\\DAG01';
    const described = (witness: string, alternate?: string) => {
      const dag = {
        ...declaredDag,
        members: ['EX01'],
        witness: { server: witness, directory },
        ...(alternate === undefined ? {} : { alternateWitness: { server: alternate, directory } }),
      };
      const state = resolveSite(site({ dag }));
      expect(state.diagnostics).toEqual([]);
      return elementsOf(state.elements, 'described').map(({ host }) => host);
    };
    expect(described('FS01', 'FS_02.contoso.local')).toEqual(['FS01', 'FS_02.contoso.local']);
    expect(described('ex02', 'FS02')).toEqual(['FS02']);
    expect(described('EX02.contoso.local')).toEqual([]);
  });

  test('a site without a DAG has none', () => {
    const { servers, namespaces, certificate, dns } = right;
    expect(
      orderOf(resolveSite({ servers, namespaces, certificate, dns })).filter((id) => id.includes('dag')),
    ).toEqual([]);
  });

  test('a server whose name begins with a digit gets an id that Terraform takes', () => {
    const state = resolveSite(site({ servers: [server(1, { name: '01EX', fqdn: '01EX.contoso.local' })] }));
    expect(orderOf(state)[0]).toBe('_01EX-scp');
    expect(state.diagnostics).toEqual([]);
  });
});

describe('the record sets', () => {
  test('round robin publishes every server, IPv4 and IPv6 apart, in the order of the servers', () => {
    const state = resolveSite(
      site({ servers: [server(1, { address: ['192.0.2.1', '2001:db8::1'] }), server(2)] }),
    );
    expect(recordsOf(state).map(({ id, addresses }) => [id, addresses])).toEqual([
      ['mail_contoso_com-A', ['192.0.2.1', '192.0.2.2']],
      ['mail_contoso_com-AAAA', ['2001:db8::1']],
      ['autodiscover_contoso_com-A', ['192.0.2.1', '192.0.2.2']],
      ['autodiscover_contoso_com-AAAA', ['2001:db8::1']],
    ]);
  });

  test('behind a virtual address a new server changes no record set', () => {
    const dns = { ...right.dns, publish: { virtualIp: '192.0.2.100' } };
    const records = (servers: number[]) =>
      recordsOf(resolveSite(site({ dns, servers: servers.map((number) => server(number)) }))).map(
        ({ dependsOn: _waits, ...record }) => record,
      );
    expect(records([1])).toEqual(records([1, 2]));
    expect(records([1])[0]).toMatchObject({ name: 'mail', addresses: ['192.0.2.100'] });
  });

  test('a name belongs to the longest zone that holds it, and may be the zone itself', () => {
    const state = resolveSite(
      site({ dns: { zones: [{ name: 'contoso.com.' }, { name: 'autodiscover.contoso.com' }] } }),
    );
    expect(recordsOf(state).map(({ name, zone }) => [name, zone.name])).toEqual([
      ['mail', 'contoso.com.'],
      [null, 'autodiscover.contoso.com'],
    ]);
  });
});
