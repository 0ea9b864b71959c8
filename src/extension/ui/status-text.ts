import { t } from '../../protocol/l10n';
import type { EngineState } from '../child/shared-engine';
import { shortProgressText } from '../runs/progress-text';
import type { RunClock } from '../../protocol/measure';
import { plain } from './plain';

/** A run for the status bar. */
export interface RunningJob {
  id: string;
  title: string;
  clock: RunClock;
}

/** The text of the status item: the runs, if any, otherwise the engine. */
export function statusText(engine: EngineState, jobs: readonly RunningJob[]): string {
  const [job, ...others] = jobs;
  if (job) {
    const more = others.length ? ` (+${others.length})` : '';
    return `$(sync~spin) ${plain(job.title)} ${howFar(job)}${more}`;
  }
  const icons = { stopped: '$(circle-outline)', starting: '$(loading~spin)', up: '$(check)', failed: '$(error)' };
  return `${icons[engine.phase]} Secateur`;
}

/** The label for screen readers. */
export function statusLabel(engine: EngineState, jobs: readonly RunningJob[]): string {
  const running = jobs.map((job) => `${plain(job.title)} ${howFar(job)}`);
  return ['Secateur', engine.message, ...running].join(': ');
}

/** A link to a command for a trusted MarkdownString. */
export function commandLink(label: string, command: string, argument?: unknown): string {
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return `[${escapeMarkdown(label)}](command:${command}${query})`;
}

/** The tooltip: engine, runs with a way to cancel each, and the commands. */
export function statusTooltip(
  engine: EngineState,
  jobs: readonly RunningJob[],
  commands: { cancelRun: string; showLog: string; restartEngine: string },
): string {
  const lines = [`**Secateur**`, engineLine(engine)];
  for (const job of jobs)
    lines.push(
      `${escapeMarkdown(job.title)}: ${howFar(job)} — ${commandLink(t('Cancel'), commands.cancelRun, job.id)}`,
    );
  lines.push(
    `${commandLink(t('Show Log'), commands.showLog)} | ${commandLink(t('Restart Engine'), commands.restartEngine)}`,
  );
  return lines.join('\n\n');
}

function howFar({ clock }: RunningJob): string {
  return shortProgressText(clock);
}

function engineLine(engine: EngineState): string {
  if (engine.phase !== 'up') return escapeMarkdown(engine.message);
  const { backend, node, pid } = engine.info;
  return escapeMarkdown(
    t('Engine {0}: {1} {2}, {3} threads, Node.js {4}', pid, backend.name, backend.version, backend.threads, node),
  );
}

function escapeMarkdown(text: string): string {
  return plain(text).replace(/[\\`*_{}[\]()#+!|<>~$-]/g, '\\$&');
}
