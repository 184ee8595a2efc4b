import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { referencePages } from '../../docs/reference-pages';
import { SSH_SECRETS } from '../../provider/ssh-endpoint';
import { WSMAN_SECRETS } from '../../provider/wsman-endpoint';

const folder = resolve(__dirname, '../../docs/reference');
const root = resolve(__dirname, '../..');

test('the reference is what the definitions say; npm run docs writes it', () => {
  const written = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  expect(written).toEqual(referencePages());
});

test('every secret is named', () => {
  const [, secrets = ''] = (referencePages()['provider.md'] ?? '').split('## Secrets');
  for (const names of [WSMAN_SECRETS, SSH_SECRETS]) {
    for (const name of Object.values(names)) expect(secrets).toContain(`\`${name}\``);
  }
});

test('every environment has a page, which the list of them names', () => {
  const pages = readdirSync(join(root, 'docs/environments'));
  const list = readFileSync(join(root, 'docs/environments/README.md'), 'utf8');
  const names = readdirSync(join(root, 'environments')).map((file) => file.replace(/\.ts$/, ''));
  expect(names.filter((name) => !pages.includes(`${name}.md`))).toEqual([]);
  expect(names.filter((name) => !list.includes(`[${name}](${name}.md)`))).toEqual([]);
});

test('links between the pages lead somewhere', () => {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] as string)
      .filter((link) => {
        try {
          readFileSync(join(root, page, '..', link));
          return false;
        } catch (error) {
          return (error as NodeJS.ErrnoException).code !== 'EISDIR';
        }
      })
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});
