import { t, translated } from '../../protocol/l10n';
import { normalizationName } from '../../protocol/normalization';
import { METRICS, metricText, type MetricValue } from '../../protocol/metric';
import { openPage } from '../state/docs';
import { ObjectFields } from '../form/field-view';
import { scannedLayers } from './scan';
import { ShowLog } from '../notices/show-log';
import { cannotEvaluate, inspection, panel } from '../state/session';
import {
  cancelScan,
  scan,
  scanComplaint,
  scanning,
  scanOptions,
  scanProblem,
  scanFields,
  startScan,
} from '../state/scan';
import { Button } from '../ui/button';
import { Fold } from '../ui/fold';
import { leadToMistake } from '../ui/invalid-field';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import { sentence } from '../ui/sentence';
import { Tag } from '../ui/tag';
import { Curves } from './curves';
import { ExcludeForm } from './exclude-form';
import { Legend } from './legend';
import { ScanTable } from './scan-table';

function baselineWords({ name, value }: MetricValue): string {
  const { title, better } = METRICS[name];
  const said = t('{0} {1} on validation examples as it is', translated(title), metricText(name, value, 1));
  return better === 'lower' ? t('{0}; lower is better', said) : said;
}

/** The sensitivity scan: its options, its progress, its curves and their figures. */
export function SensitivitySection() {
  const view = scan.value;
  const layers = view ? scannedLayers(view) : [];
  const blocked = cannotEvaluate.value;
  return (
    <section
      class="section"
      id="sensitivity"
      data-inputs
      aria-labelledby="sensitivity-title"
      data-scanning={scanning.value}
    >
      <div class="section-head">
        <h2 id="sensitivity-title">{t('Sensitivity')}</h2>
        <span class="row small">
          {view?.baseline != null && (
            <span class="figures">
              {[
                baselineWords(view.baseline),
                ...(panel.value?.normalization ? [normalizationName(panel.value.normalization)] : []),
              ].join(t(', '))}
            </span>
          )}
          {panel.value?.dataset?.sample && <Tag>{t('sample')}</Tag>}
          {!scanning.value && (
            <Button
              icon="graph-line"
              disabled={blocked !== null}
              title={blocked === null ? undefined : translated(blocked)}
              onPress={(_, pressed) => {
                if (!leadToMistake(pressed)) void startScan();
              }}
              testId="start-scan"
            >
              {view && layers.length > 0 ? t('Scan Again') : t('Scan Layers')}
            </Button>
          )}
        </span>
      </div>
      {scanning.value && (
        <div class="running">
          <ProgressBar
            progress={view?.progress ?? null}
            stage={view?.progress?.stage ?? t('Starting')}
            testId="scan-progress"
          />
          <Button icon="close" onPress={cancelScan} testId="cancel-scan">
            {t('Cancel')}
          </Button>
        </div>
      )}
      {!view && (
        <p class="small quiet">
          {t('How much can each layer lose? Each one is pruned alone, at 10 to 99%, or kept in fewer bits.')}
        </p>
      )}
      {blocked !== null && <p class="small">{sentence(translated(blocked))}</p>}
      {scanProblem.value !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="scan-problem">
          {translated(scanProblem.value)}
        </Notice>
      )}
      {view && layers.length > 0 && (
        <div class="scan-body" data-chart={t('Sensitivity of layers')}>
          <Curves view={view} />
          <Legend view={view} />
        </div>
      )}
      {view && layers.length > 0 && !scanning.value && <ExcludeForm view={view} />}
      {view && layers.length > 0 && (
        <Fold title={t('As a table')} open={false} testId="scan-as-table">
          <ScanTable view={view} />
        </Fold>
      )}
      {!scanning.value && (
        <Fold title={t('Options of the scan')} open={false} testId="scan-options">
          <ObjectFields
            fields={scanFields()}
            value={scanOptions.value}
            context={{
              id: 'scan',
              layers: (inspection.value?.layers ?? []).map(({ name }) => name),
              starts: () => undefined,
              complaint: scanComplaint.value,
              openPage,
            }}
            onChange={(next) => (scanOptions.value = next)}
          />
        </Fold>
      )}
    </section>
  );
}
