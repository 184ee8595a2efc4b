import { SecureText } from '../../powershell/invocation';
import { renderInvocation } from '../../powershell/script';

function render(parameters: Parameters<typeof renderInvocation>[0]['parameters']): string {
  return renderInvocation({ cmdlet: 'Set-Thing', parameters });
}

describe('a call as text', () => {
  test('reads as a person would type it', () => {
    const call = {
      cmdlet: 'Set-OwaVirtualDirectory',
      parameters: {
        Identity: 'BSAEX02\\owa (Default Web Site)',
        InternalUrl: 'https://webmail.contoso.com/owa',
        Confirm: false,
      },
    };
    expect(renderInvocation(call)).toBe(
      "Set-OwaVirtualDirectory -Identity 'BSAEX02\\owa (Default Web Site)' " +
        "-InternalUrl 'https://webmail.contoso.com/owa' -Confirm:$false",
    );
    expect(renderInvocation(call, { wrapAt: 80 })).toBe(
      "Set-OwaVirtualDirectory `\n    -Identity 'BSAEX02\\owa (Default Web Site)' `\n" +
        "    -InternalUrl 'https://webmail.contoso.com/owa' `\n    -Confirm:$false",
    );
    expect(renderInvocation(call, { wrapAt: 200 })).not.toContain('\n');
  });

  test.each([
    [{ A: null }, 'Set-Thing -A $null'],
    [{ A: true }, 'Set-Thing -A:$true'],
    [{ A: -5 }, 'Set-Thing -A -5'],
    [{ A: 1.5 }, 'Set-Thing -A 1.5'],
    [{ A: [] }, 'Set-Thing -A @()'],
    [{ A: ['a'] }, "Set-Thing -A @('a')"],
    [{ A: ['a', "b'"] }, "Set-Thing -A 'a', 'b'''"],
    [{ A: [['a', 'b'], []] }, "Set-Thing -A @('a', 'b'), @()"],
    [{ A: { table: { Add: 'x', 'odd key': [1, 2] } } }, "Set-Thing -A @{ Add = 'x'; 'odd key' = 1, 2 }"],
    [{ A: { table: {} } }, 'Set-Thing -A @{}'],
  ])('%j', (parameters, text) => {
    expect(render(parameters)).toBe(text);
  });

  test('the answer to a question stands in a comment behind the call, on one line', () => {
    const question = { text: 'Overwrite\r\nit?', names: 'it', answer: 'yes' } as const;
    const call = { cmdlet: 'Set-Thing', parameters: { Name: 'x' }, question };
    const note = "# If it asks 'Overwrite it?', the answer is Yes.";
    expect(renderInvocation(call)).toBe(`Set-Thing -Name 'x' ${note}`);
    expect(renderInvocation({ ...call, question: { ...question, answer: 'no' } })).toMatch(/ is No\.$/);
    expect(renderInvocation(call, { wrapAt: 10 })).toBe(`Set-Thing \`\n    -Name 'x' ${note}`);
  });

  test('never shows a secret, and bytes only by length and digest', () => {
    const parameters = {
      Password: new SecureText('canary', 'the PFX password'),
      FileData: new TextEncoder().encode('abc'),
    };
    expect(render(parameters)).toBe(
      'Set-Thing -Password <the PFX password> -FileData <3 bytes, SHA-256 ba7816bf8f01…>',
    );
    const reference = (_value: unknown, parameter: string): string => `$${parameter}`;
    expect(renderInvocation({ cmdlet: 'Set-Thing', parameters }, { reference })).toBe(
      'Set-Thing -Password $Password -FileData $FileData',
    );
  });
});
