import tseslint from 'typescript-eslint';

/** The arrows of the house point down only: `to` may not be imported from `from`. */
const forbid = (from, to, why) => forbidAll(from, to.map((group) => ({ group: [group], message: why }))); // prettier-ignore
const forbidAll = (from, patterns) => ({ files: from, rules: { 'no-restricted-imports': ['error', { patterns }] } });

/** All files of rooms. */
const rooms = (...names) => names.map((name) => `**/${name}/**`);

/** Above the engine. Of several entries for a file only the last holds, so each of a room of the engine says this again. */
const ABOVE_ENGINE = [...rooms('extension', 'webview', 'child', 'disk', 'tools', 'mcp'), 'vscode'].map((group) => ({
  group: [group],
  message: 'the engine knows no vscode, no DOM, and nobody who asks it.',
}));
const forbidInEngine = (from, to, why) =>
  forbidAll(from, [...ABOVE_ENGINE, ...to.map((group) => ({ group: [group], message: why }))]);

/** The same by another rule, so that both hold for a file. */
const forbidByRegex = (from, ...patterns) => ({
  files: from,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: patterns.map(([regex, message]) => ({ regex, message })) },
    ],
  },
});

const BACKEND_BY_NAME = [
  '(^|/)packages/|^tfjs-backend-onnxruntime/|^onnxruntime',
  'the backend is used by its name, through its public entry.',
];
const TFJS_LAYERS = ['^@tensorflow/tfjs-layers', 'tfjs-layers is imported by model/layers-model/tfjs-layers.ts only.'];
const FORMATS = [
  '(^|/)(layers-model|graph-model)(/|$)',
  'only its own room knows a format: all else reads the graph, edits it, and runs the Network of model/runnable.',
];

/** All that is no part of a package. */
const REST = [
  ...['child', 'disk', 'engine', 'extension', 'mcp', 'protocol', 'rpc', 'tools', 'webview'].map(
    (room) => `**/src/${room}/**`,
  ),
  ...['**/scripts/**', 'vscode', 'secateur'],
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.cache/**',
      'demo-workspace/**',
      'e2e-out/**',
      'test/fixtures/keras/**',
      'test/fixtures/*.cjs', // Loaded by `node --require`.
    ],
  },
  // Rules that need types are in `.oxlintrc.json`, which checks them ten times as fast; here stand the rules of the house.
  { plugins: { '@typescript-eslint': tseslint.plugin }, linterOptions: { reportUnusedDisableDirectives: 'off' } },
  { files: ['**/*.{ts,tsx,mts}'], languageOptions: { parser: tseslint.parser } },
  forbid(
    ['src/protocol/**'],
    [
      ...rooms('rpc', 'engine', 'extension', 'webview', 'child', 'disk', 'tools', 'mcp'),
      'vscode',
      'node:*',
      'vscode-jsonrpc*',
    ],
    'protocol is the ground floor: it imports a schema library, nothing else.',
  ),
  forbid(
    ['src/loader/**'],
    ['../**', 'node:*', 'vscode', '@*', 'zod'],
    'the loader is built into pages of others: it imports nothing.',
  ),
  forbid(
    ['src/rpc/**'],
    [...rooms('engine', 'extension', 'webview', 'child', 'disk', 'tools', 'mcp'), 'vscode', 'node:*'],
    'rpc knows the protocol and vscode-jsonrpc only.',
  ),
  forbid(
    ['src/disk/**'],
    [...rooms('rpc', 'engine', 'extension', 'webview', 'child', 'tools', 'mcp'), 'vscode'],
    'disk knows the protocol and the files of this machine only.',
  ),
  forbid(
    ['src/child/**'],
    ['**/src/engine/**', '../engine/**', '**/extension/**', '**/webview/**', '**/tools/**', '**/mcp/**', 'vscode'],
    'child starts engines and asks them, for the editor and for others: it knows neither.',
  ),
  forbid(
    ['src/tools/**'],
    ['**/src/engine/**', '../engine/**', ...rooms('extension', 'webview', 'child', 'mcp'), 'vscode', '@*/*'],
    'tools know the protocol, and no one who offers them.',
  ),
  forbid(
    ['src/mcp/**'],
    ['**/extension/**', '**/webview/**', 'vscode', '@tensorflow/*', 'onnxruntime*'],
    'the server of tools asks engines by protocol.',
  ),
  forbid(
    ['src/webview/**'],
    [
      '**/engine/*',
      '**/engine/**/*',
      '**/extension/**',
      '**/child/**',
      '**/disk/**',
      '**/mcp/**',
      'vscode',
      'node:*',
      '!**/protocol/engine',
    ],
    'the page knows the DOM and the protocol: no node, no vscode, no engine.',
  ),
  {
    files: ['src/webview/*/**/*.ts'],
    ignores: [
      '**/use-*.ts',
      'src/webview/state/{host,timing,view}.ts',
      'src/webview/ui/{inner-test-id,invalid-field,strict-styles,theme,toolkit}.ts',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['document', 'window', 'navigator', 'requestAnimationFrame', 'Element', 'HTMLElement', 'Event'].map(
          (name) => ({
            name,
            message: 'a .ts file of a feature is logic without the DOM: use a .tsx or use-*.ts file.',
          }),
        ),
      ],
    },
  },
  forbid(
    ['src/extension/**'],
    [
      '**/src/engine/**',
      '../engine/**',
      '../../engine/**',
      '**/webview/**',
      '**/mcp/**',
      '@tensorflow/*',
      'onnxruntime*',
    ],
    'the extension host does no maths: it talks to the engine by protocol.',
  ),
  {
    files: ['src/extension/**'],
    ignores: ['src/extension/ui/say.ts', 'src/extension/main.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^show(Information|Warning|Error)Message$/]',
          message: 'notifications make links of names from files: use ui/say.',
        },
      ],
    },
  },
  forbidInEngine(['src/engine/**'], [], ''),
  {
    files: ['src/engine/**'],
    ignores: ['src/engine/{checkpoint,model}/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'MemberExpression[property.name="modelTopology"]',
          'MemberExpression[property.value="modelTopology"]',
          'ObjectPattern > Property[key.name="modelTopology"]',
          'ObjectPattern > Property[key.value="modelTopology"]',
        ].map((selector) => ({
          selector,
          message: 'the description of a model is read by checkpoint and model only.',
        })),
      ],
    },
  },
  forbid(['packages/*/src/**'], [...REST, '**/testing/**', '**/test/**'], 'the backend knows nothing of the rest.'),
  forbid(['packages/*/{test,testing}/**'], REST, 'the backend is tested and measured without the rest.'),
  forbidByRegex(['src/**'], BACKEND_BY_NAME, TFJS_LAYERS, FORMATS),
  forbidByRegex(
    [
      // They choose the format of a model.
      'src/engine/model/{architectures,graph,runnable,validate}.ts',
      'src/engine/model/edit/{apply,inner-inputs,new-names}.ts',
      // It tells weights of Keras archives from the state of their training.
      'src/engine/checkpoint/read.ts',
      // The choice of a backend times TensorFlow.js itself, and hands our copy of it to tfjs-node.
      'src/engine/backend-choice/{small-network,tensorflow-node}.ts',
    ],
    BACKEND_BY_NAME,
    TFJS_LAYERS,
  ),
  forbidByRegex(['src/engine/model/layers-model/tfjs-layers.ts'], BACKEND_BY_NAME, FORMATS),
  forbidByRegex(
    ['scripts/**', 'test/**'],
    [
      '(^|/)packages/|^tfjs-backend-onnxruntime/(?!testing/)|^onnxruntime',
      'the backend is used by its name; tests may use what it has for testing.',
    ],
  ),
  forbidInEngine(
    ['src/engine/{checkpoint,dataset,folder,model}/**'],
    ['**/measure/**', '**/compress/**', '**/train/**', '**/recipe/**', '**/cli/**'],
    'checkpoint, dataset, folder and model are the lowest rooms of the engine.',
  ),
  forbidInEngine(
    ['src/engine/{measure,train}/**'],
    ['**/compress/**', '**/recipe/**', '**/cli/**'],
    'measure and train do not know compress or recipe.',
  ),
  forbidInEngine(['src/engine/compress/**'], ['**/recipe/**', '**/cli/**'], 'compress does not know recipe.'),
  forbidInEngine(
    ['src/engine/recipe/**'],
    ['**/cli/**', ...['fs', 'fs/*', 'node:fs', 'node:fs/*', 'write-file-atomic', '**/checkpoint/atomic']],
    'what lies in the folder of a run is opened, written and removed by OutputFolder only.',
  ),
  forbidInEngine(
    ['src/engine/measure/sensitivity/**'],
    [
      ...['**/compress/**', '**/recipe/**', '**/cli/**'],
      ...['fs', 'fs/*', 'node:fs', 'node:fs/*', 'write-file-atomic', '**/checkpoint/atomic'],
    ],
    'a scan knows neither compress nor recipe, and reaches its folder by OutputFolder only.',
  ),
);
