/** What is mutated in one run, and the tests that should notice. Both match paths from the root of the project. */
export interface Room {
  readonly mutated: RegExp;
  readonly tests: RegExp;
}

const EXCHANGE_TESTS = /^test\/exchange\/.*\.test\.ts$/;

/**
 * Each takes less than an hour on two cores (`docs/mutation-testing.md`), so that `exchange` is divided.
 *
 * The tables of cmdlets by version (`exchange/versions/2007.ts` to `se.ts`) are data: tests compare them with
 * Microsoft's, and a changed letter in them says nothing about the code.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  pki: { mutated: /^pki\//, tests: /^test\/pki\/.*\.test\.ts$/ },
  'plugin/engine': { mutated: /^plugin\/engine\//, tests: /^test\/plugin\/.*\.test\.ts$/ },
  provider: { mutated: /^provider\//, tests: /^test\/provider\/.*\.test\.ts$/ },
  'exchange/rules': { mutated: /^exchange\/(rules|certificate-checks)\//, tests: EXCHANGE_TESTS },
  'exchange/resources': { mutated: /^exchange\/resources\//, tests: EXCHANGE_TESTS },
  'exchange/plan': { mutated: /^exchange\/(plan|phases)\//, tests: EXCHANGE_TESTS },
  exchange: { mutated: /^exchange\/([^/]+|versions\/(catalog|version)\.ts)$/, tests: EXCHANGE_TESTS },
};

/**
 * Test files that no room uses. The first ones replace a module (`jest.mock`), which `jest-interface.js` does not offer.
 * The others deploy whole sites or wait for clocks, and would do so again for each mutant that they reach.
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

  'test/plugin/faults.test.ts',
  'test/provider/declarations.test.ts',
  'test/provider/dns-updates.test.ts',
  'test/provider/sealed-deploy.test.ts',
  'test/provider/wsman-deploy.test.ts',
];
