import { useEffect, useRef } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import { stageWords, type JobView } from './job-view';
import { cancelJob, dismissJob } from '../state/actions';
import { job } from '../state/session';
import { PlansOfRun } from '../pareto/plans';
import { ShowLog } from '../notices/show-log';
import { Button, IconButton } from '../ui/button';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import { Curve } from './curve';
import { Outcome } from './outcome';

function Running({ view }: { view: JobView }) {
  return (
    <div class="running">
      <ProgressBar progress={view.progress} clock={view.clock} stage={stageWords(view)} testId="run-progress" />
      <Button icon="close" disabled={view.status === 'cancelling'} onPress={cancelJob} testId="cancel-run">
        {t('Cancel')}
      </Button>
    </div>
  );
}

const TITLES: Record<JobView['status'], string> = {
  running: t('Writing'),
  cancelling: t('Writing'),
  cancelled: t('Cancelled:'),
  failed: t('Failed:'),
  done: t('Written:'),
};

/** The current run, from its start to its result. */
export function RunCard() {
  const view = job.value;
  const card = useRef<HTMLElement>(null);
  const active = view !== null;
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), [active, view?.status === 'done']);
  if (!view) return null;
  const target = view.result?.steps.find((step) => step.step === 'target');
  const going = view.status === 'running' || view.status === 'cancelling';
  return (
    <section class="section card" ref={card} aria-label={t('Run')} data-testid="run" data-status={view.status}>
      <div class="section-head">
        <h3>
          {TITLES[view.status]} <span class="tensor-name">{view.asked.folder}</span>
        </h3>
        {!going && <IconButton icon="close" label={t('Close')} onPress={dismissJob} testId="close-run" />}
      </div>
      {going && <Running view={view} />}
      {view.status === 'cancelled' && (
        <Notice kind="info" testId="run-cancelled">
          {t('Cancelled. Nothing half-written is left.')}
        </Notice>
      )}
      {view.problem !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="run-problem">
          {translated(view.problem)}
        </Notice>
      )}
      <div class={view.result && view.curve.length > 0 ? 'run-body both' : 'run-body'}>
        {view.result && <Outcome result={view.result} folder={view.asked.folder} />}
        {(view.curve.length > 0 || view.records.length > 0) && (
          <Curve points={view.curve} records={view.records} epochs={view.epochs} students={view.students} />
        )}
      </div>
      {target && <PlansOfRun curve={target.curve} />}
      {going &&
        view.messages.slice(-2).map((text, index) => (
          <p key={index} class="small quiet">
            {translated(text)}
          </p>
        ))}
    </section>
  );
}
