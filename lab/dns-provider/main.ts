import { serve } from '../../plugin';
import { dnsProvider } from './provider';

void serve(dnsProvider);
