import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const FILE = join(__dirname, '../../exchange/site.ts');

/** Properties of the declaration, those of nested object types too, with their doc comments. */
function properties(): readonly {
  readonly name: string;
  readonly optional: boolean;
  readonly doc: string;
}[] {
  const file = ts.createSourceFile(FILE, readFileSync(FILE, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: { name: string; optional: boolean; doc: string }[] = [];
  const visit = (node: ts.Node, within: string): void => {
    const named = ts.isInterfaceDeclaration(node) || ts.isPropertySignature(node);
    const name = named ? `${within}${node.name.getText(file)}` : within;
    if (named) {
      const doc = ts
        .getJSDocCommentsAndTags(node)
        .map((part) => part.getText(file))
        .join('\n');
      found.push({ name, optional: ts.isPropertySignature(node) && node.questionToken !== undefined, doc });
    }
    ts.forEachChild(node, (child) => visit(child, named ? `${name}.` : within));
  };
  visit(file, '');
  return found;
}

describe('in an editor', () => {
  const all = properties();

  test('every part of a declaration explains itself, in words before any tag', () => {
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ doc }) => !/^\/\*\*[\s*]*[^\s*@]/.test(doc)).map(({ name }) => name)).toEqual([]);
  });

  test('whatever may be left out says what happens then', () => {
    expect(
      all.filter(({ optional, doc }) => optional && !/@default \S/.test(doc)).map(({ name }) => name),
    ).toEqual([]);
  });
});
