import { Federate } from './Federate.ts';

/** What Daypass adds to the services of AWS. */
export const daypassOperations = [Federate];
