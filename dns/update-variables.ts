/**
 * The settings of an update by their names in hashicorp/dns, each with the environment variable that is read where it
 * is left out.
 */
export const UPDATE_SETTINGS = {
  server: 'DNS_UPDATE_SERVER',
  port: 'DNS_UPDATE_PORT',
  transport: 'DNS_UPDATE_TRANSPORT',
  timeout: 'DNS_UPDATE_TIMEOUT',
  retries: 'DNS_UPDATE_RETRIES',
  key_name: 'DNS_UPDATE_KEYNAME',
  key_algorithm: 'DNS_UPDATE_KEYALGORITHM',
  key_secret: 'DNS_UPDATE_KEYSECRET',
  realm: 'DNS_UPDATE_REALM',
  username: 'DNS_UPDATE_USERNAME',
  password: 'DNS_UPDATE_PASSWORD',
  keytab: 'DNS_UPDATE_KEYTAB',
} as const;

export type UpdateSetting = keyof typeof UPDATE_SETTINGS;
