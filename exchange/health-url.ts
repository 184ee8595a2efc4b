import type { NamingService } from './given-names';
import { serviceNamed } from './services';

/** The virtual directory of a service: `EWS`, and `rpc` of Outlook Anywhere. */
export function directoryOf(service: NamingService): string {
  return service === 'outlookAnywhere' ? 'rpc' : serviceNamed(service).directory;
}

/**
 * What a server from Exchange 2013 on answers with 200 while the service is well, without a sign-in; Managed Availability
 * sees to it.
 * https://learn.microsoft.com/exchange/troubleshoot/administration/load-balancer-marks-client-access-server-as-down
 * http://blog.mb-itconsult.de/2015/07/02/health-check-for-different-exchange-2013-protocols/
 */
export function healthUrlOf(service: NamingService, host: string): string {
  return `https://${host}/${directoryOf(service)}/HealthCheck.htm`;
}
