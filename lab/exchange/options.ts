/**
 * How a session of the lab shows its objects; servers in the field differ in this. `options.json` in the state folder
 * sets these options. Those that it leaves out follow from how the session was opened, see `optionsFor`; docs/lab.md
 * gives the source of each default.
 */
export interface LabOptions {
  /**
   * For a session without WSMan. `full`: a Windows PowerShell that has loaded Exchange's snap-in. `none`: an endpoint
   * in no-language mode.
   */
  readonly languageMode: 'full' | 'none';
  /**
   * `bag`: property bags with nested values at any depth, whose type names begin with `Deserialized.`. `live`: the form
   * of a session that runs the cmdlets itself, which serializes one level deep, so that an enum, an identity or a
   * version is its text.
   */
  readonly objectForm: 'bag' | 'live';
  /**
   * The output of `Get-ExchangeCertificate` without a Select-Object: `raw` (only RawData), `serialized` (with
   * SerializationData), `signed` (with SerializationData in a container of another form), `properties` (with all
   * properties).
   */
  readonly certificateForm: 'raw' | 'serialized' | 'signed' | 'properties';
  /**
   * `Select-Object` after a cmdlet: `real`; `restricted`, the function of an endpoint, which takes only properties of
   * commands; or `none`.
   */
  readonly selectObject: 'real' | 'restricted' | 'none';
}

/**
 * @param stored options of the state folder; they take precedence over those that follow from how the session was
 * opened
 * @param query of the address, such as `serializationLevel=Full;PSVersion=5.1`, where the session came over WSMan
 */
export function optionsFor(stored: Partial<LabOptions>, query: string | undefined): LabOptions {
  const languageMode = stored.languageMode ?? 'full';
  return { ...(query === undefined ? OF_POWERSHELL[languageMode] : ofEndpoint(query)), ...stored };
}

const OF_POWERSHELL: { readonly [mode in LabOptions['languageMode']]: LabOptions } = {
  full: { languageMode: 'full', objectForm: 'live', certificateForm: 'raw', selectObject: 'real' },
  none: { languageMode: 'none', objectForm: 'live', certificateForm: 'raw', selectObject: 'restricted' },
};

/** The options of a session at Exchange's own endpoint. The management shell separates its query with semicolons. */
function ofEndpoint(query: string): LabOptions {
  const isFull = query.split(/[;&]/).some((part) => part.toLowerCase() === 'serializationlevel=full');
  return {
    languageMode: 'none',
    objectForm: 'bag',
    certificateForm: isFull ? 'serialized' : 'raw',
    selectObject: 'real',
  };
}
