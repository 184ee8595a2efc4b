import { RunHistory } from '../../provider/certificate-history';
import { PfxContent } from '../../provider/pfx-content';

const ONE = '1111111111111111111111111111111111111111';
const TWO = '2222222222222222222222222222222222222222';

/** A history of calls: a thumbprint with services, and whether the call succeeded. */
function after(
  ...calls: readonly (readonly [thumbprint: string, services: string | string[], succeeded?: boolean])[]
) {
  const history = new RunHistory();
  for (const [Thumbprint, Services, succeeded = true] of calls) {
    const invocation = { cmdlet: 'Enable-ExchangeCertificate', parameters: { Thumbprint, Services } };
    history.note({ invocation, server: 'EX1' }, succeeded);
  }
  return history;
}

describe('the services that a run gave to certificates', () => {
  test('are those of the calls that succeeded, on the server of the call', () => {
    const history = after([ONE, ['IIS', 'SMTP']], [ONE, 'POP', false]);
    expect(history.given('ex1', ONE.toLowerCase())).toEqual(['iis', 'smtp']);
    expect(history.given('EX2', ONE)).toEqual([]);
    expect(history.given('EX1', TWO)).toEqual([]);
  });

  test('of a web site is given to one certificate only; others stay with both', () => {
    const history = after([ONE, ['IIS', 'SMTP']], [TWO, ['IIS', 'SMTP']]);
    expect(history.given('EX1', ONE)).toEqual(['smtp']);
    expect(history.given('EX1', TWO)).toEqual(['iis', 'smtp']);
    expect(['IIS', 'SMTP'].map((service) => history.lost('EX1', ONE, service))).toEqual([true, false]);
    expect(['IIS', 'SMTP'].map((service) => history.passedOn('EX1', ONE, service))).toEqual([true, true]);
    expect(history.passedOn('EX1', TWO, 'IIS')).toBe(false);
    expect(history.passedOn('EX1', ONE, 'POP')).toBe(false);
  });

  test('is lacking where the call for this certificate failed, and did not succeed before', () => {
    const failed = after([ONE, 'IIS', false]);
    expect(failed.lacks('EX1', ONE, 'IIS')).toBe(true);
    expect(failed.lacks('EX1', TWO, 'IIS')).toBe(false);
    expect(failed.passedOn('EX1', TWO, 'IIS')).toBe(false);
    expect(after([ONE, 'SMTP'], [ONE, 'SMTP', false]).lacks('EX1', ONE, 'SMTP')).toBe(false);
    expect(after([ONE, 'IIS'], [TWO, 'IIS', false]).lacks('EX1', ONE, 'IIS')).toBe(false);
  });
});

describe('what a run imported', () => {
  const file = new PfxContent('mail.pfx', ONE, 'former.pfx');
  const importing = (server: string | null, cmdlet = 'Import-ExchangeCertificate') => ({
    invocation: { cmdlet, parameters: { FileData: file } },
    server,
  });

  test('is known by its file and by the one of the object before, in any letters', () => {
    const history = new RunHistory();
    history.note(importing('EX1'), true);
    expect(history.imported('ex1', 'MAIL.pfx')).toEqual([ONE]);
    expect(history.imported('EX1', 'former.pfx')).toEqual([ONE]);
    expect(history.imported('EX2', 'mail.pfx')).toEqual([]);
  });

  test('is known where the file was laid on the server', () => {
    const history = new RunHistory();
    const invocation = { cmdlet: 'Import-ExchangeCertificate', parameters: {} };
    history.note({ invocation, server: 'EX1', file: { path: 'C:\\x.pfx', content: file } }, true);
    expect(history.imported('EX1', 'mail.pfx')).toEqual([ONE]);
  });

  test.each([
    ['the call failed', importing('EX1'), false],
    ['it was of no server', importing(null), true],
    ['another cmdlet took the file', importing('EX1', 'Get-ExchangeCertificate'), true],
  ])('is nothing where %s', (_when, step, succeeded) => {
    const history = new RunHistory();
    history.note(step, succeeded);
    expect(history.imported('EX1', 'mail.pfx')).toEqual([]);
  });
});
