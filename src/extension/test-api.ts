import type { SecateurTestApi } from './api';
import type { SharedEngine } from './child/shared-engine';
import type { Datasets } from './data/datasets';
import type { Evaluations } from './evaluate/evaluations';
import type { Panels } from './panel/panels';
import type { ActiveRuns } from './runs/active-runs';
import type { RunStarter } from './runs/run-starter';
import type { Scanner } from './scan/scanner';

/** The services that the test API shows. */
export interface TestApiTools {
  readonly scanner: Scanner;
  readonly engine: SharedEngine;
  readonly panels: Panels;
  readonly datasets: Datasets;
  readonly evaluations: Evaluations;
  readonly activeRuns: ActiveRuns;
  readonly runStarter: RunStarter;
}

/** The test API: it can do nothing that the commands cannot do. */
export function testApi(tools: TestApiTools): SecateurTestApi {
  const { scanner, engine, panels, datasets, evaluations, activeRuns, runStarter } = tools;
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
    run: (request) => runStarter.start(request),
    activeRuns: () => activeRuns.list().map(({ out }) => out),
  };
}
