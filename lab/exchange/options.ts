/**
 * How a session of the lab shows its objects, since servers in the field differ. What `options.json` of the state
 * folder leaves out follows from the way that the session came in, see `optionsFor`; docs/lab.md says where each
 * default is known from.
 */
export interface LabOptions {
  /**
   * Of a session without WSMan: `full`, a Windows PowerShell that has loaded Exchange's snap-in; `none`, an endpoint in
   * no-language mode.
   */
  readonly languageMode: 'full' | 'none';
  /**
   * `bag`: property bags with all that is within them, type names with `Deserialized.`. `live`: what a session shows
   * that runs the cmdlets itself: one level deep, so that an enum, an identity or a version is its text.
   */
  readonly objectForm: 'bag' | 'live';
  /**
   * What `Get-ExchangeCertificate` gives where nothing selects from it: `raw` (RawData only), `serialized`
   * (SerializationData beside it), `signed` (the same in a container of another form), `properties` (all of them).
   */
  readonly certificateForm: 'raw' | 'serialized' | 'signed' | 'properties';
  /**
   * `Select-Object` behind a cmdlet: the `real` one; the `restricted` one of an endpoint, which knows the properties of
   * commands only; or `none`.
   */
  readonly selectObject: 'real' | 'restricted' | 'none';
}

/**
 * @param stored what the folder says; it goes before what follows from the way in
 * @param query of the address, as `serializationLevel=Full;PSVersion=5.1`, where the session came over WSMan
 */
export function optionsFor(stored: Partial<LabOptions>, query: string | undefined): LabOptions {
  const languageMode = stored.languageMode ?? 'full';
  return { ...(query === undefined ? OF_POWERSHELL[languageMode] : ofEndpoint(query)), ...stored };
}

const OF_POWERSHELL: { readonly [mode in LabOptions['languageMode']]: LabOptions } = {
  full: { languageMode: 'full', objectForm: 'live', certificateForm: 'raw', selectObject: 'real' },
  none: { languageMode: 'none', objectForm: 'live', certificateForm: 'raw', selectObject: 'restricted' },
};

/** Exchange's own endpoint. The management shell parts its query with semicolons. */
function ofEndpoint(query: string): LabOptions {
  const isFull = query.split(/[;&]/).some((part) => part.toLowerCase() === 'serializationlevel=full');
  return {
    languageMode: 'none',
    objectForm: 'bag',
    certificateForm: isFull ? 'serialized' : 'raw',
    selectObject: 'real',
  };
}
