/**
 * Lets Mocha run the tests that are written for Jest.
 *
 * Jest loads every module anew for each test file. A run of it for one mutant takes seconds, of which the tests take the
 * least. Mocha keeps what it has loaded, so that a mutant costs no more than the tests that reach it. Nothing but
 * mutation testing uses this; the tests themselves run under Jest.
 *
 * What it does not offer is `jest.mock`: test files that replace a module are left out (`rooms.ts`).
 */
const { relative, resolve } = require('node:path');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { expect } = require('expect');
const { bind } = require('jest-each');
const { ModuleMocker } = require('jest-mock');
const Mocha = require('mocha');

const { Suite, Test } = Mocha;
const root = resolve(__dirname, '../..');

// The options of Stryker know only the names of the interfaces that Mocha brings, so that this one takes the place of the default.
Mocha.interfaces.bdd = function jestInterface(rootSuite) {
  // What test files do when they are loaded reaches code, too. Stryker would start a process for each mutant of this code,
  // although it activates them only after the load (`ignoreStatic`).
  rootSuite.afterAll(() => {
    const { perTest = {}, static: atLoad = {} } = globalThis.__stryker__?.mutantCoverage ?? {};
    Object.values(perTest).forEach((mutants) => Object.keys(mutants).forEach((id) => delete atLoad[id]));
  });
  rootSuite.on('pre-require', (context, file) => {
    // In Jest a hook outside of every `describe` belongs to its file, in Mocha to all of them.
    const fileSuite = Suite.create(rootSuite, relative(root, file));
    fileSuite.file = file;
    const suites = [fileSuite];

    const describeAs = (pending) => (title, body) => {
      const suite = Suite.create(suites[0], String(title));
      suite.file = file;
      suite.pending = pending;
      suites.unshift(suite);
      try {
        body();
      } finally {
        suites.shift();
      }
    };
    const testAs = (pending) => (title, body) => {
      const test = new Test(String(title), pending || suites[0].isPending() ? null : body);
      test.file = file;
      suites[0].addTest(test);
    };
    const withEach = (declare) => Object.assign(declare, { each: bind(declare) });

    context.describe = Object.assign(withEach(describeAs(false)), { skip: withEach(describeAs(true)) });
    context.test = Object.assign(withEach(testAs(false)), { skip: withEach(testAs(true)) });
    context.beforeAll = (body) => suites[0].beforeAll(body);
    context.afterAll = (body) => suites[0].afterAll(body);
    context.beforeEach = (body) => suites[0].beforeEach(body);
    context.afterEach = (body) => suites[0].afterEach(body);
  });
};

// Stryker names the tests that reach a mutant in one expression, `(^first title$)|(^second title$)`. With thousands of
// titles this takes seconds for each mutant; a set takes none.
const { grep } = Mocha.prototype;
Mocha.prototype.grep = function grepTitles(pattern) {
  if (!(pattern instanceof RegExp)) return grep.call(this, pattern);
  const titles = new Set(
    pattern.source
      .slice('(^'.length, -'$)'.length)
      .split('$)|(^')
      .map((title) => title.replace(/\\(.)/gs, (_, letter) => ({ n: '\n', r: '\r' })[letter] ?? letter)),
  );
  return grep.call(this, { test: (title) => titles.has(title) });
};

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({ config: { rootDir: root }, global: globalThis });
Object.assign(globalThis, {
  expect,
  jest: {
    fn: (implementation) => mocker.fn(implementation),
    spyOn: (object, method) => mocker.spyOn(object, method),
    useFakeTimers: () => timers.useFakeTimers(),
    useRealTimers: () => timers.useRealTimers(),
    advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
    // No test is ended by a clock here: Stryker ends a run of which it has heard nothing for long.
    setTimeout: () => undefined,
  },
});
