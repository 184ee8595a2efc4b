import { maintenanceOf } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/versions';
import type { PowerShellValue } from '../../powershell/outcome';
import { drained } from '../../provider/drain';
import { factsOf } from '../exchange/resources/samples';

const { signal } = new AbortController();
const DONE = { kind: 'done', diagnostics: [] } as const;

test('a server comes back also where the step breaks off with an error that nobody expected', async () => {
  const maintenance = maintenanceOf('EX1', {}, factsOf(ExchangeVersion.V2013));
  const shown = (properties: { readonly [name: string]: PowerShellValue }) => ({ typeNames: [], properties });
  const objects: { readonly [cmdlet: string]: readonly ReturnType<typeof shown>[] } = {
    'Get-ServerComponentState': ['HubTransport', 'ServerWideOffline'].map((Component) =>
      shown({ Component, State: 'Active' }),
    ),
    'Get-MailboxServer': [
      shown({
        DatabaseCopyAutoActivationPolicy: 'Unrestricted',
        DatabaseCopyActivationDisabledAndMoveNow: false,
      }),
    ],
  };
  const ran: string[] = [];
  const write = ({
    invocation: { parameters },
  }: {
    readonly invocation: { readonly parameters: object };
  }) => {
    const { Component, State } = parameters as { readonly [name: string]: string };
    ran.push(`${Component} ${State}`);
    return Promise.resolve(DONE);
  };
  const run = drained(
    maintenance!,
    {
      read: ({ cmdlet }) =>
        Promise.resolve({
          kind: 'objects',
          outcome: { kind: 'objects', objects: objects[cmdlet] ?? [], warnings: [], errors: [] },
        }),
      write,
      insist: write,
      wait: () => Promise.resolve(DONE),
    },
    () => Promise.reject(new Error('not expected')),
    signal,
  );
  await expect(run).rejects.toThrow('not expected');
  expect(ran).toEqual([
    'HubTransport Draining',
    'ServerWideOffline Inactive',
    'ServerWideOffline Active',
    'HubTransport Active',
  ]);
});
