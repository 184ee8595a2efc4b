import ssh2 from 'ssh2';
import { newSshKeyPair } from '../../../lab/exchange/ssh-key-pair';

afterEach(() => jest.restoreAllMocks());

test('a key pair that ssh2 made and cannot read is not handed out', () => {
  const make = jest.spyOn(ssh2.utils, 'generateKeyPairSync');
  make.mockReturnValueOnce({ private: 'cut off', public: 'cut off' });
  const pair = newSshKeyPair('open sesame');
  expect(make).toHaveBeenCalledTimes(2);
  expect(ssh2.utils.parseKey(pair.private, 'open sesame')).not.toBeInstanceOf(Error);
  expect(ssh2.utils.parseKey(pair.public)).not.toBeInstanceOf(Error);
});

test('where no pair can be read it says so', () => {
  jest.spyOn(ssh2.utils, 'generateKeyPairSync').mockReturnValue({ private: 'cut off', public: 'cut off' });
  expect(() => newSshKeyPair()).toThrow('Unsupported key format');
});
