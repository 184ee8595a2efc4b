import { isIn, isSubnet, overlap } from '../../exchange/subnets';

test.each([
  ['10.1.0.0/24', true],
  ['0.0.0.0/0', true],
  ['10.1.0.1/32', true],
  ['10.1.0.0/33', false],
  ['2001:db8::/64', true],
  ['2001:db8::1/128', true],
  ['2001:db8::/129', false],
  ['10.1.0.0', false],
  ['10.1.0.0/', false],
  ['10.1.0.0/x24', false],
  ['10.1.0.0/24x', false],
  ['10.1.0.0/24/1', false],
  ['10.1.0/24', false],
  ['', false],
])('%s is a subnet: %s', (text, isOne) => {
  expect(isSubnet(text)).toBe(isOne);
});

test.each([
  ['10.1.0.9', '10.1.0.0/24', true],
  ['10.1.1.9', '10.1.0.0/24', false],
  ['2001:db8::9', '2001:db8::/64', true],
  ['2001:db8:1::9', '2001:db8::/64', false],
  ['2001:db8::9', '10.1.0.0/24', false],
  ['10.1.0.9', '2001:db8::/64', false],
  ['ex1.contoso.com', '10.1.0.0/24', false],
])('%s is in %s: %s', (address, subnet, is) => {
  expect(isIn(address, subnet)).toBe(is);
});

test.each([
  ['10.1.0.0/16', '10.1.5.0/24', true],
  ['10.1.5.0/24', '10.1.5.0/24', true],
  ['10.1.5.0/24', '10.1.6.0/24', false],
  ['10.2.0.0/16', '10.1.5.0/24', false],
  ['2001:db8::/32', '2001:db8:5::/48', true],
])('%s and %s overlap, in either order: %s', (one, other, overlaps) => {
  expect([overlap(one, other), overlap(other, one)]).toEqual([overlaps, overlaps]);
});
