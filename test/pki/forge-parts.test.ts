import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePfx } from '../../pki/pfx';

// It takes several times as long to load as the rest of what reads a PFX, and the provider starts three times for a plan.
jest.mock('node-forge', () => {
  throw new Error('the whole of node-forge was loaded');
});

test.each(['legacy', 'old-ciphers', 'slow-legacy'])(
  '%s.pfx, with a cipher that OpenSSL no longer loads, is opened with the parts of node-forge that it needs',
  (name) => {
    const { leaf } = parsePfx(readFileSync(join(__dirname, 'fixtures', `${name}.pfx`)), 'open-sesame');
    expect(leaf.thumbprint).toBe('A2B1D1902B823F631FB4C2A721B3A34ABD844440');
  },
);
