/** What an error of an apply ends with. */
export const RESUME = 'What was done before is in the state; deploy again and the rest is run.';

/** The same, of what other steps wait for. */
export const NOT_RUN = `Later steps, the DNS records among them, were not run. ${RESUME}`;
