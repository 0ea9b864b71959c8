import { Listeners } from '../listeners';

/** Tells every live page that the runs of the workspace changed. */
export const runsChanged = new Listeners<void>();
