import { serve } from '../plugin';
import { exchangeProvider } from './definition';

void serve(exchangeProvider(process.env));
