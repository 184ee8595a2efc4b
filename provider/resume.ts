/** The last sentence of an error during an apply. */
export const RESUME = 'What was done before is in the state; deploy again and the rest is run.';

/** The same for an error of a step that other steps wait for. */
export const NOT_RUN = `Later steps, the DNS records among them, were not run. ${RESUME}`;
