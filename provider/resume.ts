/** The last sentence of an error during an apply. */
export const RESUME =
  'What was done before is recorded in the Terraform state; deploy again to run the rest.';

/** The same for an error of a step that other steps wait for. */
export const NOT_RUN = `The steps after this one were not run; the DNS records are among them. ${RESUME}`;
