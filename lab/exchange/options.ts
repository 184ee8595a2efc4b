/** How the lab shows its objects, since servers in the field differ. Kept in `options.json` of the state folder. */
export interface LabOptions {
  /**
   * `bag`: property bags, type names with `Deserialized.`. `live`: what a session shows whose snap-in runs in it:
   * type names as they are, identities and versions as text alone (unverified).
   */
  readonly objectForm: 'bag' | 'live';
  /**
   * What `Get-ExchangeCertificate` gives: `properties` (all of them), `serialized` (RawData and SerializationData
   * alone), `raw` (RawData alone).
   */
  readonly certificateForm: 'properties' | 'serialized' | 'raw';
  /** Whether `Select-Object -Property` may follow a cmdlet. */
  readonly selectObject: 'accepted' | 'refused';
}

export const DEFAULT_OPTIONS: LabOptions = {
  objectForm: 'bag',
  certificateForm: 'properties',
  selectObject: 'accepted',
};
