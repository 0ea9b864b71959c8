// A page for development: the real page against a fake extension host. Its address says what is pretended:
// ?theme=light&locale=zh-cn&untrusted&layers=500 … (see `Pretence` and `THEMES`); #state keeps what the page saved.
import '../../src/webview/jitless';
import './fake/locale';
import '../../src/webview/texts';
import 'vscode-jsonrpc/browser';
import { FakeHost, type Pretence } from './fake/host';
import { RealModel } from './fake/real-model';
import { FAKE_TASKS } from './fake/evaluations';
import { THEMES, wear, type ThemeName } from './fake/themes';

const words = new URLSearchParams(location.search);
const pretence: Pretence = {
  layers: words.has('layers') ? Number(words.get('layers')) : null,
  sparse: words.has('sparse'),
  untrusted: words.has('untrusted'),
  noData: words.has('noData'),
  sample: words.has('sample'),
  broken: words.has('broken'),
  slow: words.has('slow'),
  runFails: words.has('runFails'),
  refuses: words.get('refuses'),
  notRunnable: words.get('notRunnable'),
  written: words.has('written'),
  running: words.has('running'),
  advised: words.has('advised'),
  epochSeconds: Number(words.get('epochSeconds') ?? 4),
  task: FAKE_TASKS.find((task) => task === words.get('task')) ?? 'classes',
  parameters: words.has('parameters') ? Number(words.get('parameters')) : null,
  runs: words.has('runs') ? Number(words.get('runs')) : null,
  // Set by a test before the page starts.
  real: 'secateurReal' in window ? RealModel.parse(window.secateurReal) : null,
};

const isTheme = (name: string): name is ThemeName => name in THEMES;
const theme = words.get('theme') ?? 'dark';
wear(isTheme(theme) ? theme : 'dark');

let toHost: (message: unknown) => void = () => undefined;
const host = new FakeHost(
  pretence,
  // As between real processes, a message is a copy and comes later.
  (message) => window.postMessage({ fromHost: true, ...Object(structuredClone(message)) }, '*'),
  (listener) => (toHost = listener),
);

/** The objects for tests. */
interface Playground {
  secateurHost: FakeHost;
  secateurWear: typeof wear;
  violations: string[];
  acquireVsCodeApi: () => { postMessage(message: unknown): void; getState(): unknown; setState(state: unknown): void };
}
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (event) =>
  violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
);
Object.assign<Window, Playground>(window, {
  secateurHost: host,
  secateurWear: wear,
  violations,
  acquireVsCodeApi: () => ({
    postMessage: (message) => {
      const copy: unknown = structuredClone(message);
      setTimeout(() => toHost(copy));
    },
    getState: () => {
      const text = sessionStorage.getItem('secateur');
      return text === null ? undefined : (JSON.parse(text) as unknown);
    },
    setState: (state) => sessionStorage.setItem('secateur', JSON.stringify(state)),
  }),
});

if (words.has('compare')) document.body.dataset['compared'] = '{"a":"/models/a/model.json","b":"/models/b/model.json"}';
if (words.has('runs')) document.body.dataset['chartsRuns'] = '';
if (words.has('data'))
  document.body.dataset['reviewsData'] = JSON.stringify({ reference: words.get('data') || '/data/letters' });

// The page takes up what was put on the window above.
void import('../../src/webview/main');
