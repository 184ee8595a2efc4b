/** Type checking is `tsc`'s work (`npm run check`); Jest only runs what swc emits. */
module.exports = {
  testEnvironment: 'node',
  // The integration tests wait for other programs most of the time.
  maxWorkers: '100%',
  // A test ends when what it waits for happens, however busy the machine; only one that hangs takes this long.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/reporter/counts.js'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/cdktf.out/',
    '<rootDir>/.quickstart/',
    '<rootDir>/.stryker/',
  ],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
};
