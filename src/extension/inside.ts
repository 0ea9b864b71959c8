import type { SecateurInside } from './api';
import { startRun } from './runs/start-run';
import type { Services } from './services';

/** The window that tests look through; it opens no door that the commands do not have. */
export function inside(services: Services): SecateurInside {
  const { scanner, engine, panels, datasets, evaluations, activeRuns } = services;
  return {
    whenScanned: () => scanner.whenScanned(),
    checkpoints: () => scanner.checkpoints,
    recipes: () => scanner.recipes,
    engine: engine.call,
    enginePid: () => engine.pid,
    livePanels: () => panels.all.filter(({ isLive }) => isLive).map(({ model }) => model),
    keptEvaluation: async (model) => {
      const inspection = await engine.call('inspect', { model });
      return evaluations.kept(inspection.weightsHash, datasets.for(inspection));
    },
    run: (request) => startRun(services, request),
    activeRuns: () => activeRuns.list().map(({ out }) => out),
  };
}
