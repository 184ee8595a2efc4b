import { join } from 'node:path';
import { RESOURCES } from '../../../exchange/resources';
import { formatProblem, visible, type Attribute, type Known } from '../../../schema';
import { GoldenSections, type Section } from '../../golden-sections';
import { OTHER_THUMBPRINT, THUMBPRINT } from './samples';

/**
 * What each attribute takes, and what people are told who give it something else. Every text below is tried with every
 * attribute that is checked, whatever it means there, so that a check that is loosened or narrowed shows here.
 */
const golden = new GoldenSections(
  join(__dirname, 'golden/attribute-checks.txt'),
  'What each attribute takes, and what is said of other values.',
);

const LONG_LABEL = 'a'.repeat(64);

const TEXTS = [
  // Names of computers, DAGs and databases, and host names.
  ...[
    '',
    ' ',
    'A',
    '1',
    'EX01',
    'EX_1',
    'EX-1',
    '-EX1',
    'EX1-',
    '_EX1',
    'EX1_',
    '12345',
    'Büro',
    ' EX01',
    'EX01 ',
  ],
  ...[
    'FIFTEEN-LETTERS',
    'SIXTEEN-LETTERS1',
    'mail.contoso.com',
    'a.b',
    'mail..contoso.com',
    'mail.contoso.com.',
  ],
  ...['*.contoso.com', `${LONG_LABEL}.com`, `${LONG_LABEL.slice(1)}.com`, `${'abcd.'.repeat(50)}abc`],
  ...[
    `${'abcd.'.repeat(50)}abcd`,
    '10.0.0.10',
    '10.0.0.010',
    '2001:db8::10',
    '255.255.255.255',
    '\\\\FS01\\share',
  ],
  ...['DAG01-MDB 001', 'DB#01', 'D'.repeat(64), 'D'.repeat(65), 'EX01\u200b'],
  // URLs.
  ...[
    'https://mail.contoso.com',
    'https://mail.contoso.com/owa',
    'http://mail.contoso.com/owa/',
    'HTTPS://m.contoso.com/OWA',
  ],
  ...[
    'https://mail.contoso.com/owa//',
    'https://mail.contoso.com:444/owa',
    'https://mail.contoso.com:444x/owa',
    'https://mail.contoso.com:0/owa',
    'https://mail.contoso.com:65535/owa',
    'https://mail.contoso.com:65536/owa',
  ],
  ...[
    'https://10.0.0.10/owa',
    'https://mail contoso.com/owa',
    'ftp://mail.contoso.com/owa',
    'xhttps://mail.contoso.com/owa',
  ],
  ...[
    'https://mail.contoso.com/owa?x=1',
    'https://mail.contoso.com/ecp',
    'https://mail.contoso.com/EWS/Exchange.asmx',
  ],
  ...[
    'https://mail.contoso.com/Microsoft-Server-ActiveSync',
    'https://mail.contoso.com/OAB',
    'https://mail.contoso.com/mapi',
  ],
  ...[
    'https://mail.contoso.com/UnifiedMessaging/Service.asmx',
    'https://mail.contoso.com/powershell',
    'https:///owa',
  ],
  ...[
    'https://mail.contoso.com/Autodiscover/Autodiscover.xml',
    'https://mail.contoso.com/autodiscover/autodiscover.xml/',
  ],
  ...['https://mail.contoso.com/autodiscover/autodiscoverxxml', 'https://EX01:65535/owa/healthcheck.htm'],
  ...[
    'https://EX01:65536/owa/healthcheck.htm',
    'https://EX01:1/owa/healthcheck.htm',
    'https://EX01:0/owa/healthcheck.htm',
  ],
  // Where a certificate is looked at.
  ...[
    'tls://EX01:443/mail.contoso.com',
    'tls://EX01:0/mail.contoso.com',
    'tls://EX01:65536/m.contoso.com',
    'tls://EX01:443/',
  ],
  ...[
    'tls://EX01/mail.contoso.com',
    'tls://EX01:65535/m.contoso.com',
    'tls://EX01:1/m.contoso.com',
    'xtls://EX01:443/m.contoso.com',
  ],
  ...[
    'tls://EX01:443/mail.contoso.com/',
    'smtp://EX01:25',
    'smtp://EX01:65535',
    'smtp://EX01:65536',
    'smtp://EX01:1',
  ],
  ...['smtp://EX01:0', 'smtp://EX01', 'smtp://EX01:25/', 'xsmtp://EX01:25'],
  // Thumbprints.
  ...[
    THUMBPRINT,
    THUMBPRINT.toLowerCase(),
    `${THUMBPRINT}0`,
    `0${THUMBPRINT}`,
    '01 23 45 67 89 AB CD EF 01 23 45 67 89 ab cd ef 01 23 45 67',
  ],
  ...[
    '01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef:01:23:45:67',
    `\u200e${THUMBPRINT}`,
    'AB'.repeat(32),
    'ab '.repeat(32),
  ],
  // Names for the principal of a certificate, settings of POP and IMAP.
  ...[
    'msstd:mail.contoso.com',
    'MSSTD:*.contoso.com',
    'msstd:mail.contoso.com\n',
    'msstd:*',
    'xmsstd:mail.contoso.com',
    'None',
    'msstd:',
  ],
  ...[
    'msstd:mail.*.contoso.com',
    'mail.contoso.com:995:SSL',
    'mail.contoso.com:110:tls',
    'mail.contoso.com:110',
    'mail.contoso.com:110:',
  ],
  ...[
    'mail.contoso.com:0:SSL',
    'mail.contoso.com:1:SSL',
    'mail.contoso.com:65535:SSL',
    'mail.contoso.com:65536:SSL',
  ],
  ...[
    'mail.contoso.com:995:STARTTLS',
    'mail.contoso.com:x:SSL',
    ':995:SSL',
    'x:mail.contoso.com:995:SSL',
    'mail contoso.com:995:SSL',
  ],
  // Folders and files of servers.
  ...[
    'C:\\DAG01',
    'C:\\DAG01\\',
    'C:\\',
    'C:',
    'CC:\\DAG01',
    'C:x\\DAG01',
    'C:\\DAG01\\..',
    'C:\\DAG01.',
    'C:\\DAG01 \\x',
    '\\DAG01',
  ],
  ...[
    'C:\\a?\\DAG01',
    'C:/DAG01',
    'E:\\DAG01\\DB01.edb',
    'E:\\DAG01\\DB01.EDB',
    'E:\\DAG01\\DB01.edb.bak',
    'E:\\DAG01\\DB01.edb\\',
    'DB01.edb',
  ],
  // Mailboxes and accounts.
  ...[
    'probe@contoso.com',
    'Probe <probe@contoso.com>',
    'probe@',
    '@contoso.com',
    'probe@contoso',
    'probe@contoso.com.',
    'p:q@contoso.com',
  ],
  ...[
    'CONTOSO\\probe',
    'CONTOSO\\pro:be',
    'CONTOSO\\',
    '\\probe',
    'contoso.com\\probe',
    'CONTOSO\\a\\b',
    'a@b@c',
    'pro be@contoso.com',
  ],
  // Words of one attribute or another.
  ...[
    'IIS',
    'smtp',
    'Federation',
    'UMCallRouter',
    'Basic',
    'ntlm',
    'Negotiate',
    'NTLM, Basic',
    'OAuth',
    'WindowsIntegrated',
    'Fba',
  ],
  ...[
    'DagOnly',
    'dagonly',
    'Off',
    'EXPR',
    'exch',
    'WEB',
    'owa',
    'Mapi',
    'EWS',
    'ews internal',
    'ews  internal',
    'owa external',
  ],
  ...[
    'ecp elsewhere',
    'ReplayService',
    'replayservice',
    'TcpListener',
    'ActiveManager',
    'Test-OutlookWebServices',
    'web_services',
    'pop',
  ],
];

const NUMBERS = [-1, 0, 0.5, 1, 600];

/** A way to put a text where an attribute has one, by its title. */
type Place = readonly [title: string, put: (text: string) => Known];

/** The places for texts in an attribute. A list and a map are tried with a text alone, and beside one that is taken. */
function placesOf({ type, problem }: Attribute): readonly Place[] {
  if (type === 'string') return [['', (text) => text]];
  const taken = (put: (text: string) => Known) => TEXTS.filter((text) => problem?.(put(text)) === undefined);
  if (typeof type === 'object' && 'map' in type) {
    const key = (text: string) => ({ [text]: THUMBPRINT });
    const [first = '', second = ''] = taken(key);
    return [
      ['key: ', key],
      ['value: ', (text) => ({ [first]: text, [second]: OTHER_THUMBPRINT })],
    ];
  }
  const alone = (text: string) => [text];
  const [first = ''] = taken(alone);
  return [
    ['', alone],
    ['second: ', (text) => [first, text]],
  ];
}

/** What is said of a value, with `…` for what differs between values. */
function answerTo(attribute: Attribute, value: Known, text: string): string {
  const found = attribute.problem?.(value);
  if (found === undefined) return 'taken';
  return formatProblem(found)
    .replaceAll(`'${text}'`, "'…'")
    .replaceAll(`'${visible(text)}'`, "'…'")
    .replace(/ \d+ characters/, ' … characters');
}

/** Values by what is said of them; of the answer that most of them get, only that they are all others. */
function byAnswer(title: string, answers: readonly (readonly [answer: string, value: string])[]): string {
  const groups = new Map<string, string[]>();
  for (const [answer, value] of answers) groups.set(answer, [...(groups.get(answer) ?? []), value]);
  const most = Math.max(...[...groups.values()].map((values) => values.length));
  return [...groups]
    .map(([answer, values]) => {
      const shown = values.length === most ? ['all others'] : values;
      return `${[title + answer, ...shown].join('\n    ')}\n`;
    })
    .join('');
}

function told(attribute: Attribute): string {
  if (attribute.type === 'number') {
    return byAnswer(
      '',
      NUMBERS.map((value) => [answerTo(attribute, value, ''), String(value)]),
    );
  }
  return placesOf(attribute)
    .map(([title, put]) =>
      byAnswer(
        title,
        TEXTS.map((text) => [answerTo(attribute, put(text), text), shown(text)]),
      ),
    )
    .concat(
      typeof attribute.type === 'string' ? [] : [`empty: ${answerTo(attribute, emptyOf(attribute), '')}\n`],
    )
    .join('');
}

function shown(text: string): string {
  return `'${visible(text).replaceAll('\n', '\\n')}'`;
}

function emptyOf({ type }: Attribute): Known {
  return typeof type === 'object' && 'map' in type ? {} : [];
}

/** Every attribute that is checked, by type and name. */
const CHECKED = RESOURCES.flatMap(({ typeName, schema }) =>
  Object.entries(schema.attributes)
    .filter(([, { problem }]) => problem !== undefined)
    .map(([name, attribute]) => [`${typeName}.${name}`, attribute] as const),
);

/** As the golden file shows them: where an earlier attribute is told the same, only a reference to it. */
function sections(): readonly Section[] {
  const first = new Map<string, string>();
  return CHECKED.map(([title, attribute]) => {
    const text = told(attribute);
    const same = first.get(text);
    if (same !== undefined) return [title, `as ${same}\n`];
    first.set(text, title);
    return [title, text];
  });
}

/** The reviewed text of an attribute, which may stand under another one. */
function reviewed(title: string): string | undefined {
  const text = golden.text(title);
  const [, other] = /^as (.+)\n$/.exec(text ?? '') ?? [];
  return other === undefined ? text : golden.text(other);
}

beforeAll(() => golden.update(sections));

test.each(CHECKED)('%s takes, and says of other values, what was reviewed', (title, attribute) => {
  expect(told(attribute)).toBe(reviewed(title));
});

test('no other attribute is in the golden file', () => {
  expect(golden.titles).toEqual(CHECKED.map(([title]) => title));
});
