/** The way to a part of a value: attribute names, list positions, and keys of maps. */
export type PathStep = { readonly attribute: string } | { readonly index: number } | { readonly key: string };
export type Path = readonly PathStep[];

/** Path to an attribute, for example `path('certificate', 'services')`. Numbers are list positions. */
export function path(...steps: readonly (string | number)[]): Path {
  return steps.map((step) => (typeof step === 'number' ? { index: step } : { attribute: step }));
}

/** `servers[1].name`, as a person writes it. */
export function formatPath(steps: Path): string {
  return steps
    .map((step, position) => {
      if ('index' in step) return `[${step.index}]`;
      if ('key' in step) return `[${JSON.stringify(step.key)}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(step.attribute)) return `[${JSON.stringify(step.attribute)}]`;
      return position === 0 ? step.attribute : `.${step.attribute}`;
    })
    .join('');
}
