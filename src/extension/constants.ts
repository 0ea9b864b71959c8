/** Ids that package.json names too; a test compares the two. */
export const VIEW_TYPE = 'secateur.checkpoint';

export const EXTENSION_ID = 'secateur.secateur';

export const COMMANDS = {
  pruneModel: 'secateur.pruneModel',
  evaluateCheckpoint: 'secateur.evaluateCheckpoint',
  inspectWeights: 'secateur.inspectWeights',
  trainModel: 'secateur.trainModel',
  runRecipe: 'secateur.runRecipe',
  chooseData: 'secateur.chooseData',
  useData: 'secateur.useData',
  addSample: 'secateur.addSample',
  compare: 'secateur.compare',
  chartRuns: 'secateur.chartRuns',
  openRun: 'secateur.openRun',
  revealRun: 'secateur.revealRun',
  evaluateRun: 'secateur.evaluateRun',
  renameRun: 'secateur.renameRun',
  deleteRun: 'secateur.deleteRun',
  resumeRun: 'secateur.resumeRun',
  refreshRuns: 'secateur.refreshRuns',
  cancelRun: 'secateur.cancelRun',
  showLog: 'secateur.showLog',
  restartEngine: 'secateur.restartEngine',
  copyChartSvg: 'secateur.copyChartSvg',
  copyChartPng: 'secateur.copyChartPng',
  saveChart: 'secateur.saveChart',
  copyTableCsv: 'secateur.copyTableCsv',
  copyTableMarkdown: 'secateur.copyTableMarkdown',
  saveTable: 'secateur.saveTable',
} as const;

/** Views of the explorer. */
export const VIEWS = { runs: 'secateur.runs' } as const;

/** Context keys: objects whose keys are paths, read by `resourcePath in …` in package.json. */
export const CONTEXT = {
  checkpoints: 'secateur.checkpoints',
  checkpointFolders: 'secateur.checkpointFolders',
  recipes: 'secateur.recipes',
} as const;

/** Settings by their full names. */
export const SETTINGS = {
  dataFolder: 'secateur.data.folder',
  previewSamples: 'secateur.preview.samples',
  threads: 'secateur.engine.threads',
  nodePath: 'secateur.engine.nodePath',
  backend: 'secateur.engine.backend',
  layers: 'secateur.layers',
  tensorflowPath: 'secateur.engine.tensorflowPath',
} as const;

/** The tools for agents; those of `src/tools` have these names. Their code is loaded by the first call. */
export const TOOLS = [
  'inspect',
  'evaluate',
  'advise',
  'sensitivity',
  'plan',
  'run_recipe',
  'compare',
  'list_runs',
] as const;
export type ToolName = (typeof TOOLS)[number];

/** The id of a tool in the editor. */
export const toolId = (name: string): string => `secateur_${name}`;

/** The provider of the MCP server. */
export const MCP_PROVIDER = 'secateur.mcp';

/** The address in `$schema` of a recipe; this extension serves it wherever it is installed. */
export const RECIPE_SCHEMA_URI = 'secateur://schemas/recipe.schema.json';
