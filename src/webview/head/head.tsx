import type { Inspection } from '../../protocol/model';
import { cancelEvaluation, evaluate } from '../state/actions';
import { canRedo, canUndo, redo, undo } from '../state/edits';
import { cannotEvaluate, evaluating, inspection } from '../state/session';
import { Button, IconButton } from '../ui/button';
import { percent } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { Dataset } from './dataset';
import { namesOf } from './names';
import { Parent } from '../results/recorded';
import { Totals } from './totals';

const FORMATS: Readonly<Record<string, string>> = { 'layers-model': 'LayersModel', 'graph-model': 'GraphModel' };

function Names({ model }: { model: Inspection }) {
  const { folder, model: own } = namesOf(model);
  const parent = model.provenance?.parent;
  const facts = [
    ...(own === null ? [] : [own]),
    FORMATS[model.format] ?? model.format,
    ...(model.provenance ? [parent === null ? t('trained by Secateur') : t('compressed by Secateur')] : []),
  ];
  return (
    <div class="head-name">
      <h1 title={model.path}>{folder}</h1>
      <span class="quiet head-facts">{facts.join(' \u00b7 ')}</span>
      <Parent />
    </div>
  );
}

/** The evaluation: a button that starts it, or its share and the end of it. */
function Evaluate() {
  const running = evaluating.value;
  const why = cannotEvaluate.value;
  if (!running)
    return (
      <Button
        icon="play"
        disabled={why !== null}
        title={why === null ? t('Measures loss and metrics, such as accuracy, on the test examples') : translated(why)}
        onPress={() => void evaluate()}
        testId="evaluate-button"
      >
        {t('Evaluate')}
      </Button>
    );
  const { done = 0, total = 0 } = running.progress ?? {};
  return (
    <Button icon="close" onPress={cancelEvaluation} testId="cancel-evaluation" label={t('Cancel the evaluation')}>
      {total > 0 ? t('Cancel, {0} done', percent(done / total, 0)) : t('Cancel')}
    </Button>
  );
}

/** The model's name and figures, its data, and the buttons that concern all of it. */
export function Head() {
  const model = inspection.value;
  if (!model) return null;
  return (
    <header class="head">
      <div class="head-line">
        <Names model={model} />
        <Dataset />
        <div class="row head-actions">
          <IconButton
            icon="discard"
            label={t('Undo (Ctrl+Z)')}
            disabled={!canUndo.value}
            onPress={undo}
            testId="undo"
          />
          <IconButton
            icon="redo"
            label={t('Redo (Ctrl+Shift+Z)')}
            disabled={!canRedo.value}
            onPress={redo}
            testId="redo"
          />
          <Evaluate />
        </div>
      </div>
      <Totals />
    </header>
  );
}
