/** The last sentence of an error during an apply. */
export const RESUME =
  'What was done before stays done, and the next plan takes it into account; deploy again to run the rest.';

/** The same for an error of a step that other steps wait for. */
export const NOT_RUN = `Later steps of the deploy, including the DNS records, were not run. ${RESUME}`;
