import { followEvaluation } from './evaluation/state';
import './jitless';
import 'vscode-jsonrpc/browser';
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './base.css';
import './ui/ui.css';
import './workbench/workbench.css';
import './head/head.css';
import './advice/advice.css';
import './histogram/histogram.css';
import './threshold/threshold.css';
import './layers/layers.css';
import './graph/graph.css';
import './recipe/recipe.css';
import './run/run.css';
import './sensitivity/sensitivity.css';
import './pareto/pareto.css';
import './evaluation/evaluation.css';
import './notices/notices.css';
import './compare/compare.css';
import './data/data.css';
import './runs/runs.css';
import { App } from './app';
import { CompareApp } from './compare/compare-app';
import { comparison } from './compare/state';
import { DataApp } from './data/data-app';
import { openData } from './data/state';
import { ReviewedData } from '../protocol/data-page';
import { RunsApp } from './runs/runs-app';
import { loadRuns } from './runs/state';
import { followHost, open } from './state/actions';
import { listen, storeState } from './state/host';
import { followLevels } from './state/levels';
import { followEdits } from './state/edits';
import { followPlan } from './state/preview';
import { followAdvisedWeights } from './state/advice';
import { followWeights } from './state/scan';
import { keepState } from './state/session';
import { watchTheme } from './ui/theme';
import { registerElements } from './ui/toolkit';

registerElements();
watchTheme();
listen();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
const { compared, reviewsData, chartsRuns } = document.body.dataset;
if (chartsRuns !== undefined) {
  render(<RunsApp />, root);
  void loadRuns();
} else if (reviewsData !== undefined) {
  render(<DataApp />, root);
  openData(ReviewedData.parse(JSON.parse(reviewsData)));
} else if (compared === undefined) {
  keepState();
  followHost();
  followEdits();
  followPlan();
  followLevels();
  followWeights();
  followAdvisedWeights();
  followEvaluation();
  render(<App />, root);
  void open('ready');
} else {
  storeState(JSON.parse(compared));
  render(<CompareApp />, root);
  void comparison.ask();
}
