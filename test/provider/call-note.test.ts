import { SecureText, type Invocation } from '../../powershell/invocation';
import { callNote } from '../../provider/call-note';
import { failed, objects } from './scripted-session';

const read: Invocation = { cmdlet: 'Get-OwaVirtualDirectory', parameters: { ADPropertiesOnly: true } };

test('a note tells the call, its end and its time', () => {
  expect(callNote([read], objects({}, {}), 12.4)).toBe(
    'Get-OwaVirtualDirectory -ADPropertiesOnly:$true: 2 objects, 12 ms',
  );
  expect(callNote([read, read], objects({}), 3)).toBe(
    'Get-OwaVirtualDirectory -ADPropertiesOnly:$true and 1 more in one trip: 1 object, 3 ms',
  );
  const trouble = { ...objects(), warnings: ['w'], errors: [{ fullyQualifiedErrorId: 'X,Y', message: 'm' }] };
  expect(callNote([read], trouble, 3)).toContain(': 0 objects, 1 warning, 1 error (X,Y), 3 ms');
  expect(callNote([read], failed('A,B'), 3)).toContain(': failed (A,B), 3 ms');
  expect(callNote([read], { kind: 'unknown', message: 'gone', interruption: 'closed' }, 3)).toContain(
    ': outcome unknown (closed), 3 ms',
  );
});

test('a note holds no secret', () => {
  const parameters = {
    Password: new SecureText('canary', 'the PFX password'),
    FileData: Buffer.from('canary'),
  };
  const note = callNote([{ cmdlet: 'Import-ExchangeCertificate', parameters }], objects(), 3);
  expect(note).toContain('-Password <the PFX password>');
  expect(note).not.toContain('canary');
});
