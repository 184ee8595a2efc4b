import fc from 'fast-check';
import { certificateNameProblem, passwordVariable, pfxNames } from '../../exchange/certificate-name';
import { elementsOf } from '../../exchange/element';
import { resolveSite, type DesiredState } from '../../exchange/resolve-site';
import type { ExchangeSiteProps, NamedCertificates, SiteCertificate } from '../../exchange/site';
import { formatPath } from '../../schema';
import { server, site } from './sites';

const right = site();
const web: SiteCertificate = { ...right.certificate, pfxFile: 'certificates/web.pfx' };
const mail: SiteCertificate = {
  pfxFile: 'certificates/smtp.pfx',
  names: ['smtp.contoso.com'],
  services: ['SMTP'],
};
const several = (certificate: NamedCertificates) => resolveSite(site({ certificate }));

const certificatesIn = ({ elements }: DesiredState) =>
  elementsOf(elements, 'exchange-object').filter(
    ({ definition }) => definition.kind === 'certificate-import',
  );
const certificateOf = (state: DesiredState, id: string) =>
  certificatesIn(state).find((object) => object.id === id);
const idsOf = (state: DesiredState) => certificatesIn(state).map(({ id }) => id);
const saidOf = ({ diagnostics }: DesiredState) =>
  diagnostics.map(({ rule, path }) => `${rule} ${formatPath(path)}`);

describe('several certificates by name', () => {
  test('are each on their servers, and nothing is wrong with that', () => {
    const state = several({ web, mail: { ...mail, servers: ['ex02'] } });
    expect(state.diagnostics).toEqual([]);
    expect(idsOf(state)).toEqual(['EX01-certificate', 'EX02-certificate_mail', 'EX02-certificate']);
    expect(certificateOf(state, 'EX02-certificate_mail')?.attributes).toMatchObject({
      server: 'EX02',
      pfx_file: 'certificates/smtp.pfx',
      services: ['SMTP'],
    });
  });

  test('of a server are made one after another, the one that clients see last', () => {
    const pop: SiteCertificate = { ...mail, pfxFile: 'pop.pfx', services: ['POP'] };
    const state = several({ web, mail, pop });
    expect(certificateOf(state, 'EX02-certificate_mail')?.dependsOn).toEqual(['EX02-scp', 'EX01-health']);
    expect(certificateOf(state, 'EX02-certificate_pop')?.dependsOn).toContain('EX02-certificate_mail');
    expect(certificateOf(state, 'EX02-certificate')?.dependsOn).toContain('EX02-certificate_pop');
  });

  test('the one with IIS has the id of the only one, whatever its name and wherever it stands', () => {
    const one = certificateOf(resolveSite(site({ certificate: web })), 'EX01-certificate');
    for (const certificates of [{ web }, { mail, web }, { web, mail }, { mail, site: web }]) {
      const object = certificateOf(several(certificates), 'EX01-certificate')!;
      expect(object.attributes).toEqual(one?.attributes);
    }
  });

  test('where none has IIS, the first one has it', () => {
    const pop: SiteCertificate = { ...mail, pfxFile: 'pop.pfx', services: ['POP'] };
    const state = several({ mail, pop });
    expect(idsOf(state).slice(0, 2)).toEqual(['EX01-certificate_pop', 'EX01-certificate']);
    expect(certificateOf(state, 'EX01-certificate')?.attributes['services']).toEqual(['SMTP']);
  });

  test('only the one that clients see must have the published names', () => {
    const state = several({ web, mail });
    const namesOf = (id: string) => certificateOf(state, id)?.attributes['required_names'];
    expect(namesOf('EX01-certificate')).toEqual(['autodiscover.contoso.com', 'mail.contoso.com']);
    expect(namesOf('EX01-certificate_mail')).toEqual(['smtp.contoso.com']);
    expect(state.endpointNames).toEqual(['autodiscover.contoso.com', 'mail.contoso.com']);
  });

  test('each server may have another one for clients', () => {
    const other = { ...web, pfxFile: 'other.pfx' };
    const state = several({ one: { ...web, servers: ['EX01'] }, two: { ...other, servers: ['EX02'] } });
    expect(state.diagnostics).toEqual([]);
    expect(idsOf(state)).toEqual(['EX01-certificate', 'EX02-certificate']);
  });

  test('the gate of a server checks again when one of them changes', () => {
    const gate = elementsOf(several({ web, mail }).elements, 'exchange-object').find(
      ({ id }) => id === 'EX01-health',
    );
    expect(gate?.attributes['triggers']).toMatchObject({
      certificate: { resource: 'EX01-certificate', attribute: 'thumbprint' },
      'certificate-services': 'IIS',
      certificate_mail: { resource: 'EX01-certificate_mail', attribute: 'thumbprint' },
      'certificate_mail-services': 'SMTP',
    });
  });

  test('no two things share an id, whatever servers and certificates are called', () => {
    const word = fc.constantFrom('EX', '1', '-', 'certificate', 'web', 'health', 'owa', 'services');
    const name = fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map((words) => words.join(''))
      .filter((text) => /^[a-z]([a-z0-9-]*[a-z0-9])?$/i.test(text) && text.length <= 30);
    const names = (count: number) =>
      fc.uniqueArray(name, {
        selector: (text) => text.toLowerCase().replaceAll('-', ''),
        minLength: count,
        maxLength: count,
      });
    fc.assert(
      fc.property(names(3), names(2), (servers, [first = '', second = '']) => {
        const { elements } = resolveSite(
          site({
            servers: servers.map((text, index) => server(index + 1, { name: text })),
            certificate: { [first]: web, [second]: mail },
          }),
        );
        const ids = elements.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test('what is accepted counts for the certificate that says so', () => {
    const named = { ...mail, names: ['EX01.contoso.local'] };
    const accepted = { 'certificate-server-name': 'for connectors', 'private-authority': 'our own' };
    expect(saidOf(several({ web, mail: { ...named, accepted } }))).toEqual([]);
    expect(saidOf(several({ web: { ...web, accepted }, mail: named }))).toEqual([
      'certificate-server-name certificate.mail.names[0]',
      'certificate-internal-name certificate.mail.names[0]',
      'acceptance-unneeded certificate.web.accepted["certificate-server-name"]',
    ]);
  });
});

describe('a further name that a certificate of mail has', () => {
  const further = (names: readonly string[], more: object = {}) =>
    resolveSite(
      site({
        namespaces: { ...right.namespaces, alsoPublished: ['post.contoso.com'] },
        certificate: { web, mail: { ...mail, names, ...more } },
      }),
    );
  const wanted = (state: DesiredState) =>
    elementsOf(state.elements, 'exchange-object')
      .filter(({ certificate }) => certificate === 'web')
      .map(({ attributes }) => attributes['required_names']);

  test('is not wanted on the one that clients of the namespaces see', () => {
    const state = further(['smtp.contoso.com', 'post.contoso.com']);
    expect(state.diagnostics).toEqual([]);
    expect(wanted(state)).toEqual([web.names, web.names].map((names) => [...names].sort()));
  });

  test.each<[string, readonly string[], object]>([
    ['has by a wildcard only', ['*.contoso.com'], {}],
    ['has on another server', ['post.contoso.com'], { servers: ['EX01'] }],
  ])('is wanted there where the other one %s: it may be one of web clients', (_what, names, more) => {
    expect(further(names, more).diagnostics.map(({ rule }) => rule)).toEqual(['certificate-coverage']);
  });
});

describe('names of certificates', () => {
  test.each(['web', 'Mail-2', 'a', 'x'.repeat(30), 'names', 'pfxFile', 'constructor'])(
    '%s is one',
    (name) => {
      expect(certificateNameProblem(name)).toBeUndefined();
      expect(several({ [name]: web, mail }).diagnostics).toEqual([]);
    },
  );

  test.each([
    '',
    '1web',
    'web_mail',
    'web mail',
    'web-',
    '-web',
    'x'.repeat(31),
    'wéb',
    '${web}',
    '__proto__',
  ])('%j is none, and that is all that is said', (name) => {
    const state = resolveSite(
      site({
        certificate: Object.fromEntries([
          [name, web],
          ['mail', mail],
        ]),
      }),
    );
    expect(state.diagnostics.map(({ rule }) => rule)).toEqual(['certificate-name']);
  });

  test('give each its variable and its parameters', () => {
    expect([null, 'web', 'web-mail'].map(passwordVariable)).toEqual([
      'pfx_password',
      'pfx_password_web',
      'pfx_password_web_mail',
    ]);
    expect([null, 'web', 'web-mail'].map((name) => pfxNames(name).password)).toEqual([
      'PfxPassword',
      'PfxPasswordWeb',
      'PfxPasswordWebMail',
    ]);
  });
});

describe('a declaration of whatever form', () => {
  const property = fc.constantFrom(
    'pfxFile',
    'names',
    'services',
    'servers',
    'accepted',
    'existingOn',
    'thumbprint',
    'web',
    'constructor',
    '__proto__',
    'toString',
  );
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, 0, true, '', 'x.pfx', 'IIS', 'EX01', [], ['IIS'], [null], [{}]),
    fc.constantFrom<unknown>(web, mail),
  );
  const group = fc
    .array(fc.tuple(property, leaf), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries));
  const value = fc.oneof(
    leaf,
    group,
    fc
      .array(fc.tuple(property, fc.oneof(leaf, group)), { maxLength: 4 })
      .map((all) => Object.fromEntries(all)),
  );

  test('gives diagnostics, each at a place of the certificate or the servers without one, never an error', () => {
    fc.assert(
      fc.property(value, (certificate) => {
        const declaration = { ...right, certificate } as unknown as ExchangeSiteProps;
        for (const { path } of resolveSite(declaration).diagnostics) {
          expect(formatPath(path)).toMatch(/^(certificate|servers\[\d\]|namespaces)/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
