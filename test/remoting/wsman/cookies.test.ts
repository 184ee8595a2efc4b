import { Cookies } from '../../../remoting/transports/wsman/cookies';

function given(...headers: readonly string[]): string | undefined {
  const cookies = new Cookies();
  cookies.take(headers);
  return cookies.headers['Cookie'];
}

test.each([
  [[], undefined],
  [
    ['X-BackEndCookie=S-1-5=u56Lnp2ejJqB; expires=Fri, 27-Nov-2026 10:00:00 GMT; path=/powershell; HttpOnly'],
    'X-BackEndCookie=S-1-5=u56Lnp2ejJqB',
  ],
  [['a=1', 'b="2"; Secure'], 'a=1; b="2"'],
  [['a=1', 'a=2'], 'a=2'],
  [['a=1', 'a=; path=/'], undefined],
  [['a=1', 'a=1; Max-Age=0'], undefined],
  [['a=1', 'a=1; Max-Age=60'], 'a=1'],
  [['no cookie', '=1', 'a b=1', 'a=1 2', 'a=1,2', 'a=ü', 'a=1\r\nX: y'], undefined],
])('of %j is given back %j', (headers, expected) => {
  expect(given(...headers)).toBe(expected);
});

test('is bounded in number and size', () => {
  const many = Array.from({ length: 50 }, (_none, index) => `c${index}=1`);
  expect(given(...many)?.split('; ')).toHaveLength(20);
  expect(given('a=1', `b=${'x'.repeat(5_000)}`, 'c=3')).toBe('a=1; c=3');
});
