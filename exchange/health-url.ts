import type { NamingService } from './given-names';
import { serviceNamed } from './services';

/** The virtual directory of a service: `EWS`, and `rpc` of Outlook Anywhere. */
export function directoryOf(service: NamingService): string {
  return service === 'outlookAnywhere' ? 'rpc' : serviceNamed(service).directory;
}

/**
 * The page that a server of Exchange 2013 or later answers with 200, without authentication, while Managed Availability
 * finds the service healthy.
 * https://learn.microsoft.com/exchange/troubleshoot/administration/load-balancer-marks-client-access-server-as-down
 * http://blog.mb-itconsult.de/2015/07/02/health-check-for-different-exchange-2013-protocols/
 */
export function healthUrlOf(service: NamingService, host: string): string {
  return `https://${host}/${directoryOf(service)}/HealthCheck.htm`;
}
