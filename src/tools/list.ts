import { advise } from './advise';
import { compare } from './compare';
import { evaluate } from './evaluate';
import { inspect } from './inspect';
import { listRuns } from './list-runs';
import { plan } from './plan';
import { runRecipe } from './run-recipe';
import { sensitivity } from './sensitivity';
import type { Tool } from './tool';

/** All tools, in the order of a usual job. */
export const tools: readonly Tool[] = [inspect, evaluate, advise, sensitivity, plan, runRecipe, compare, listRuns];
