import type { ManagedResource } from '../../plugin';
import { GraphWalk } from '../../plugin/engine/graph-walk';
import {
  hasIdentity,
  identityChanges,
  identityIsKnown,
  sameObject,
  titleOf,
} from '../../plugin/engine/identity';
import { path, text, UNKNOWN } from '../../schema';
import type { Known, Values } from '../../schema';

const alike = (left: Known, right: Known) =>
  JSON.stringify(left).toLowerCase() === JSON.stringify(right).toLowerCase();

/** Certificates, for example, are told apart by their thumbprint where a server has two for one purpose. */
function resource(typeName: string, identified = true): ManagedResource<never> {
  return {
    typeName,
    schema: {
      version: 0,
      attributes: {
        server: text('required', '', { identity: identified, equals: alike }),
        name: text('required', '', { identity: identified }),
        print: text('computed', '', { distinguishes: identified, equals: alike }),
        size: text('optional', ''),
      },
    },
    steps: () => [],
    describe: () => '',
    execute: async () => [],
    read: async (state) => ({ state }),
  };
}

const thing = resource('test_thing');
const nameless = resource('test_nameless', false);
const object: Values = { server: 'EX1', name: 'owa', print: 'AB', size: null };

describe('two states are of the same object', () => {
  test.each<[string, Values, boolean]>([
    ['in other letters', { server: 'ex1', print: 'ab' }, true],
    ['with another property', { size: 'big' }, true],
    ['on another server', { server: 'EX2' }, false],
    ['with another name', { name: 'ecp' }, false],
    ['of which another thumbprint is known', { print: 'CD' }, false],
    ['of which no thumbprint is known', { print: null }, true],
    ['of which the thumbprint is not known yet', { print: UNKNOWN }, true],
    ['of which the name is not known yet', { name: UNKNOWN }, false],
  ])('%s: %j: %j', (_what, changes, expected) => {
    expect(sameObject(thing, object, { ...object, ...changes })).toBe(expected);
    expect(sameObject(thing, { ...object, ...changes }, object)).toBe(expected);
  });

  test('where neither holds the name', () => {
    expect(sameObject(thing, { server: 'EX1', name: null }, { server: 'EX1' })).toBe(true);
  });
});

test('an identity is known once each of its attributes is', () => {
  expect(identityIsKnown(thing, { ...object, print: UNKNOWN, size: UNKNOWN })).toBe(true);
  expect(identityIsKnown(thing, { ...object, name: UNKNOWN })).toBe(false);
  expect(identityIsKnown(thing, { server: UNKNOWN, name: UNKNOWN })).toBe(false);
  expect([hasIdentity(thing), hasIdentity(nameless)]).toEqual([true, false]);
});

test.each<[Values, string]>([
  [object, 'test_thing EX1/owa/AB'],
  [{ ...object, print: null }, 'test_thing EX1/owa'],
  [{ server: UNKNOWN, name: 'owa' }, 'test_thing owa'],
  [{}, 'test_thing'],
])('people read the name of %j as %s', (values, expected) => {
  expect(titleOf(thing, values)).toBe(expected);
});

test('each attribute that would make it another object is named at its place, from and to what', () => {
  const refused = identityChanges(thing, { server: 'EX1' }, { ...object, server: 'EX2', print: 'CD' });
  expect(refused.map(({ summary, path: at }) => [summary, at])).toEqual([
    ['server of this test_thing cannot change', path('server')],
    ['name of this test_thing cannot change', path('name')],
  ]);
  expect(refused[1]?.detail).toMatch(
    /^This attribute identifies the object: null and "owa" are two objects\./,
  );
  expect(identityChanges(thing, object, { server: 'ex1' })[0]?.detail).toContain(
    '"owa" and null are two objects',
  );
  expect(identityChanges(thing, object, { ...object, server: 'ex1', name: UNKNOWN })).toEqual([]);
});

describe('a walk', () => {
  test('knows objects by their type and their identity', () => {
    const walk = new GraphWalk();
    expect([walk.removes(thing, object), walk.wants(thing, object)]).toEqual([false, undefined]);
    walk.recordRemoval(thing, object);
    walk.recordWanted(thing, object, 'found');
    const same = { ...object, server: 'ex1' };
    expect([walk.removes(thing, same), walk.wants(thing, same)]).toEqual([true, 'found']);
    const other = { ...object, name: 'ecp' };
    expect([walk.removes(thing, other), walk.wants(thing, other)]).toEqual([false, undefined]);
    const another = resource('test_another');
    expect([walk.removes(another, object), walk.wants(another, object)]).toEqual([false, undefined]);
  });

  test('takes no two objects for one whose type has no identity', () => {
    const walk = new GraphWalk();
    walk.recordRemoval(nameless, object);
    walk.recordWanted(nameless, object, 'in-state');
    expect([walk.removes(nameless, object), walk.wants(nameless, object)]).toEqual([false, undefined]);
  });

  test('applies from its first apply on, and is told from others', () => {
    const walk = new GraphWalk();
    expect(walk.isApplying).toBe(false);
    walk.recordApply();
    expect(walk.isApplying).toBe(true);
    expect(new GraphWalk().id).not.toBe(walk.id);
  });
});
