/** What is mutated in one run, and the tests that should notice. Paths are from the root of the project. */
export interface Room {
  readonly mutated: RegExp;
  /** Run in the order of these expressions: what is about the room itself notices most, and the first that fails ends a run. */
  readonly tests: readonly RegExp[];
}

/** A test file of `test/exchange/` by its name; several with `|`. */
function exchangeTest(names: string): RegExp {
  return new RegExp(`^test/exchange/(${names})\\.test\\.ts$`);
}

/**
 * `docs/mutation-testing.md` has how long each takes. `exchange` is divided: every check of a declaration runs all rules,
 * so that the tests of a part are those that look at the part.
 *
 * The tables of cmdlets by version (`exchange/versions/2007.ts` to `se.ts`) are data: tests compare them with
 * Microsoft's, and a changed letter in them says nothing about the code.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  pki: { mutated: /^pki\//, tests: [/^test\/pki\/.*\.test\.ts$/] },
  'plugin/engine': { mutated: /^plugin\/engine\//, tests: [/^test\/plugin\/.*\.test\.ts$/] },
  provider: {
    mutated: /^provider\//,
    tests: [
      /^test\/provider\/(diagnostics|lost-call|drain|doors|configuration|targets?|resource|rename)\.test\.ts$/,
      // The tests that are left out wait for what a server shows late, some of them for ten seconds.
      /^test\/provider\/(?!certificate\.|error-records|health-gates).*\.test\.ts$/,
    ],
  },
  'exchange/rules': {
    mutated: /^exchange\/(rules|certificate-checks)\//,
    tests: [
      exchangeTest('rules|safety-rules|problems|certificate-checks'),
      exchangeTest('autodiscover-scope|cleared-scp|connectivity|further-records|legacy-clients|maintenance'),
      exchangeTest(
        'namespaces|nlb|published-names|removal-place|reverse-proxy|several-certificates|ssl-offload',
      ),
    ],
  },
  'exchange/resources': {
    mutated: /^exchange\/resources\//,
    tests: [
      exchangeTest('resources/.*|needed-cmdlets|interruptions|connectivity|several-certificates'),
      exchangeTest('versions/.*|declaration-form|plan'),
      exchangeTest('desired-state|reviewed-plans'),
      // What reads objects is tested with the provider that reads them.
      /^test\/provider\/(autodiscover-answer|drain|offered-commands|pfx-kinds|rename|resource|server-readings)\.test\.ts$/,
      /^test\/provider\/(certificates-by-way|several-certificates)\.test\.ts$/,
    ],
  },
  'exchange/plan': {
    mutated: /^exchange\/(plan|phases)\//,
    tests: [
      exchangeTest('desired-state'),
      exchangeTest('reviewed-plans'),
      exchangeTest('plan|plan-script|element-order|interruptions|maintenance|nlb|reverse-proxy|ssl-offload'),
      exchangeTest('connectivity|further-records|legacy-clients|published-names|removal-place|resolve-site'),
    ],
  },
  exchange: {
    mutated: /^exchange\/([^/]+|versions\/(catalog|version)\.ts)$/,
    tests: [
      exchangeTest('desired-state'),
      exchangeTest('reviewed-plans'),
      exchangeTest('[^/]+|versions/.*'),
      // The texts for names, roles and endpoints are used by the provider.
      /^test\/provider\/(rename|rights|configuration)\.test\.ts$/,
    ],
  },
};

/**
 * Test files that no room uses. The first ones replace a module (`jest.mock`), which `jest-interface.js` does not offer,
 * or ask which modules are loaded. The others deploy whole sites or wait for clocks, and would do so again for each mutant that they reach.
 */
export const LEFT_OUT: readonly string[] = [
  'test/pki/forge-parts.test.ts',
  'test/plugin/grpc.test.ts',
  'test/plugin/handshake.test.ts',
  'test/plugin/log.test.ts',
  'test/provider/certificate-file.test.ts',
  'test/provider/configure.test.ts',
  'test/provider/exchange-2007.test.ts',
  'test/provider/legacy-clients.test.ts',
  'test/provider/maintenance.test.ts',
  'test/provider/start.test.ts',

  'test/plugin/faults.test.ts',
  'test/provider/declarations.test.ts',
  'test/provider/dns-updates.test.ts',
  'test/provider/sealed-deploy.test.ts',
  'test/provider/wsman-deploy.test.ts',
];
