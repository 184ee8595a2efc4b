/** Type checking is `tsc`'s work (`npm run check`); Jest only runs what swc emits. */
module.exports = {
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/test/reporter/counts.js'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdktf.out/', '<rootDir>/.quickstart/'],
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
