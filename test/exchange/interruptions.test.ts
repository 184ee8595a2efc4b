import { interruptionOf, interruptionsOf } from '../../exchange/interruptions';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import { site } from './sites';

const of = (cmdlet: string, parameters = {}) => interruptionOf({ cmdlet, parameters })?.clients;

describe('which clients a call can interrupt', () => {
  test.each([
    ['Enable-ExchangeCertificate', { Services: ['SMTP', 'IIS'] }, /over HTTPS/],
    ['Set-OwaVirtualDirectory', { Identity: 'x', BasicAuthentication: true }, /sign in anew/],
    ['Set-ActiveSyncVirtualDirectory', { BasicAuthEnabled: true }, /sign in anew/],
    ['Set-MapiVirtualDirectory', { IISAuthenticationMethods: ['Ntlm'] }, /signs in anew/],
    ['Set-OutlookAnywhere', {}, /Outlook/],
    ['Enable-OutlookAnywhere', {}, /Outlook/],
    ['Disable-OutlookAnywhere', {}, /Outlook/],
    ['Set-PopSettings', {}, /nobody by the call itself/],
    ['Set-ImapSettings', {}, /nobody by the call itself/],
    ['Add-DatabaseAvailabilityGroupServer', {}, /databases that are active/],
    ['Dismount-Database', {}, /All users of the database/],
    ['Move-ActiveMailboxDatabase', {}, /databases that move/],
    ['Set-MailboxServer', { DatabaseCopyActivationDisabledAndMoveNow: true }, /databases that are active/],
    [
      'Set-ServerComponentState',
      { Component: 'ServerWideOffline', State: 'Inactive' },
      /answers nobody.*POP and IMAP/,
    ],
  ])('%s %j', (cmdlet, parameters, clients) => {
    expect(of(cmdlet, parameters)).toMatch(clients);
  });

  test.each([
    ['Enable-ExchangeCertificate', { Services: ['SMTP'] }],
    ['Set-OwaVirtualDirectory', { InternalUrl: 'https://mail.contoso.com/owa', ExternalUrl: null }],
    ['Set-MailboxServer', { DatabaseCopyAutoActivationPolicy: 'Blocked' }],
    ['Set-MailboxServer', { DatabaseCopyActivationDisabledAndMoveNow: false }],
    ['Set-ServerComponentState', { Component: 'ServerWideOffline', State: 'Active' }],
    ['Set-ServerComponentState', { Component: 'HubTransport', State: 'Draining' }],
    ['Set-ClientAccessServer', {}],
    ['Import-ExchangeCertificate', {}],
    ['Mount-Database', {}],
    ['New-MailboxDatabase', {}],
    ['Get-OutlookAnywhere', {}],
  ])('none are known of %s %j', (cmdlet, parameters) => {
    expect(of(cmdlet, parameters)).toBeUndefined();
  });

  test('of several calls each is said once', () => {
    const call = { cmdlet: 'Set-OutlookAnywhere', parameters: {} };
    expect(interruptionsOf([call, call, { cmdlet: 'Set-PopSettings', parameters: {} }])).toHaveLength(2);
  });
});

describe('the plan files', () => {
  const desired = resolveSite(site());
  const steps = exchangePlan('contoso', site(), desired).steps;
  const step = (id: string) => steps.find((each) => each.id === id);

  test('exchange-plan.json says it of the steps that interrupt, with the source, and of no others', () => {
    expect(step('EX01-outlook-anywhere')).toMatchObject({
      interrupts: [
        {
          clients: expect.stringMatching(/^Outlook/) as string,
          source: expect.stringMatching(/^https:/) as string,
        },
      ],
    });
    expect(step('EX01-certificate/Enable-ExchangeCertificate')).toHaveProperty('interrupts');
    expect(step('EX01-certificate')).not.toHaveProperty('interrupts');
    expect(step('EX01-owa')).not.toHaveProperty('interrupts');
  });

  test('exchange-plan.ps1 says it above the call', () => {
    const script = exchangePlanScript('contoso', site(), desired, (file) => file);
    // The paragraph is wrapped.
    const text = script.replace(/\r\n\s*# /g, ' ');
    expect(text).toMatch(
      /It can interrupt clients\. Outlook that reaches the server[^\r]*\r\n\s*Start-Step \d+ 'Set-OutlookAnywhere'/,
    );
  });
});
