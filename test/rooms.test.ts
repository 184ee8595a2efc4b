import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(__dirname, '..');

/**
 * Which rooms a room may import, `docs/architecture.md`. A name with a slash allows that file alone.
 * Packages are listed only where they are kept to certain rooms.
 */
const ALLOWED: { readonly [room: string]: readonly string[] } = {
  schema: [],
  pki: [],
  nrbf: [],
  powershell: [],
  dns: ['kerberos'],
  files: [],
  kerberos: ['files'],
  remoting: ['files', 'kerberos', 'powershell/invocation', 'powershell/outcome', 'powershell/session'],
  exchange: [
    'schema',
    'pki',
    'nrbf',
    'powershell/invocation',
    'powershell/literal',
    'powershell/outcome',
    'powershell/script',
  ],
  plugin: ['schema'],
  provider: [
    'plugin',
    'exchange',
    'schema',
    'powershell',
    'remoting',
    'pki',
    'dns',
    'files',
    'kerberos/keytab-name',
  ],
  lab: [
    'remoting',
    'kerberos',
    'powershell',
    'exchange/services',
    'exchange/versions',
    'pki',
    'nrbf/record-type',
    'plugin',
    'schema',
    'dns',
  ],
  constructs: ['exchange', 'schema', 'powershell', 'files'],
  environments: ['constructs', 'exchange'],
  'main.ts': ['constructs', 'environments'],
  cli: [
    'provider',
    'exchange',
    'schema',
    'powershell',
    'remoting',
    'kerberos/keytab',
    'kerberos/keytab-name',
  ],
  docs: ['exchange', 'provider', 'schema'],
  install: ['exchange/provider-address'],
  quickstart: ['install', 'lab', 'exchange', 'pki', 'dns'],
  bench: [
    'kerberos',
    'install',
    'quickstart/cdktf',
    'lab',
    'exchange',
    'pki',
    'plugin',
    'schema',
    'remoting',
    'powershell',
  ],
};

const PACKAGES_KEPT_TO: { readonly [name: string]: readonly string[] } = {
  cdktf: ['constructs', 'main.ts', 'environments', 'bench'],
  constructs: ['constructs', 'main.ts', 'environments'],
  '@cdktf/provider-dns': ['constructs', 'main.ts', 'environments'],
  'node-forge': ['pki'],
  'dns-packet': ['dns'],
  valibot: ['exchange'],
  koffi: ['kerberos'],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function imports(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map((imported) => imported.fileName);
}

/** What a file imports that its room must not, as sentences. */
function trespasses(room: string, file: string, imported: readonly string[]): string[] {
  const allowed = ALLOWED[room] ?? [];
  return imported.flatMap((name) => {
    if (!name.startsWith('.')) {
      const home = Object.keys(PACKAGES_KEPT_TO).find((kept) => name === kept || name.startsWith(`${kept}/`));
      return home === undefined || PACKAGES_KEPT_TO[home]?.includes(room) ? [] : [`${file} imports ${name}`];
    }
    const target = relative(root, resolve(dirname(join(root, file)), name));
    const inside = target === room || target.startsWith(`${room}/`);
    const open = allowed.some((path) => target === path || target.startsWith(`${path}/`));
    return inside || open ? [] : [`${file} imports ${target}`];
  });
}

/** Which files of the rooms a file imports, of the files in `among`. */
function neighbours(file: string, imported: readonly string[], among: ReadonlySet<string>): string[] {
  return imported.flatMap((name) => {
    if (!name.startsWith('.')) return [];
    const target = join(dirname(file), name);
    return [`${target}.ts`, `${target}/index.ts`].filter((candidate) => among.has(candidate));
  });
}

/** A file that comes back to itself by what it imports, types included, and the way there; undefined where none does. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const along = (file: string, way: readonly string[]): readonly string[] | undefined => {
    const start = way.indexOf(file);
    if (start >= 0) return [...way.slice(start), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = along(next, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = along(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the rooms', () => {
  test('have no circle of imports', () => {
    const files = Object.keys(ALLOWED)
      .flatMap((room) => (room.endsWith('.ts') ? [join(root, room)] : sources(join(root, room))))
      .map((file) => relative(root, file));
    const among = new Set(files);
    const graph = new Map(
      files.map((file) => [file, neighbours(file, imports(join(root, file)), among)] as const),
    );
    expect(graph.get('exchange/rules/index.ts')).toContain('exchange/rules/rule.ts');
    expect(circleIn(graph)).toBeUndefined();
  });

  test('a circle is found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(circleIn(graph)).toEqual(['b', 'd', 'b']);
  });

  test.each(Object.keys(ALLOWED))('%s imports only what it may', (room) => {
    const files = room.endsWith('.ts') ? [join(root, room)] : sources(join(root, room));
    const found = files.flatMap((file) => trespasses(room, relative(root, file), imports(file)));
    expect(found).toEqual([]);
  });

  test('a trespass is found', () => {
    expect(
      trespasses('plugin', 'plugin/engine/plan.ts', ['../../exchange/site', '../wire', 'node-forge']),
    ).toEqual(['plugin/engine/plan.ts imports exchange/site', 'plugin/engine/plan.ts imports node-forge']);
  });
});
