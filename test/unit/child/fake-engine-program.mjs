// An engine that answers as a test asks it to, in plain JSON-RPC over IPC. Settings choose how it behaves:
// `cacheFolder` holds a word: refuse, deaf, mute-on-disconnect; anything else is a sound engine.
const send = (message) => process.send?.({ jsonrpc: '2.0', ...message });
const info = {
  version: '0.0.0',
  pid: process.pid,
  node: process.versions.node,
  backend: { name: 'fake', version: '1', threads: 1 },
};
let mode = '';

process.on('disconnect', () => {
  if (mode !== 'mute-on-disconnect') process.exit(0);
});
setInterval(() => undefined, 1000);

const failure = (sentence) => ({ code: -32000, message: sentence, data: { user: true, sentence, detail: sentence } });

const methods = {
  initialize(id, { params }) {
    mode = params.cacheFolder;
    console.error(`fake engine in mode ${mode}`);
    if (mode === 'refuse') send({ id, error: failure('The native library does not load here.') });
    else send({ id, result: info });
  },
  dataset(id, { params }) {
    if (params.data === 'compute')
      for (;;); // As native code does: it hears of nothing.
    else if (params.data === 'die') process.kill(process.pid, 'SIGKILL');
    else if (params.data === 'exit') process.exit(7);
    else if (params.data !== 'wait') send({ id, error: failure(`No dataset ${String(params.data)}.`) });
  },
  release(id) {
    send({ id, result: null });
  },
  run(id, { params, progress }) {
    const event = (value) => send({ method: '$/progress', params: { token: progress, value } });
    event({ kind: 'step', index: 0, steps: 1, step: 'prune' });
    event({ kind: 'message', text: `resume: ${params.resume}, environment: ${process.env.ELECTRON_RUN_AS_NODE}` });
    if (params.out.endsWith('compute')) for (;;);
    else if (params.out.endsWith('die')) process.kill(process.pid, 'SIGKILL');
    else if (params.out.endsWith('fail')) send({ id, error: failure('The disk is full.') });
    else if (params.out.endsWith('done')) send({ id, result: result(params.out) });
  },
  '$/cancelRequest': (_, { id }) => send({ id, error: { code: -32800, message: 'Cancelled.' } }),
};

function result(folder) {
  const totals = { params: 1, nonzero: 1, kernelWeights: 1, sparsity: 0, macs: null, bytes: 10, gzipBytes: 5 };
  const accuracy = { before: null, afterPrune: null, afterFineTune: null };
  return { out: `${folder}/model.json`, folder, steps: [], before: null, after: totals, accuracy, sampleData: false };
}

process.on('message', ({ id, method, params }) => methods[method]?.(id, params ?? {}));
