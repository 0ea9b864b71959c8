import type { ComponentChildren, ComponentType } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { AdviceSection } from '../advice/advice-section';
import { EvaluationTab } from '../evaluation/evaluation-tab';
import { EarlierPlans } from '../pareto/plans';
import { RecipeSection } from '../recipe/recipe-section';
import { RunCard } from '../run/run-card';
import { ownRuns } from '../runs/own-runs';
import { RunsTab } from '../runs/runs-tab';
import { SensitivitySection } from '../sensitivity/sensitivity-section';
import { advising } from '../state/advice';
import { scanning } from '../state/scan';
import { drafts, evaluating, job, runFrom, tab } from '../state/session';
import { PruneTab } from '../threshold/prune-tab';
import { panelId, tabId } from '../ui/tab-id';
import { TabList, type Tab } from '../ui/tab-list';
import { TAB_NAMES, type TabName } from './tab-names';

const MethodsTab = () => (
  <>
    <RecipeSection />
    <EarlierPlans />
  </>
);

const TABS: Record<TabName, { title: string; View: ComponentType; busy?: () => boolean; note?: () => string }> = {
  prune: { title: t('Prune'), View: PruneTab },
  methods: {
    title: t('Methods'),
    View: MethodsTab,
    note: () => (drafts.value.length > 0 ? String(drafts.value.length) : ''),
  },
  sensitivity: { title: t('Sensitivity'), View: SensitivitySection, busy: () => scanning.value },
  advice: { title: t('Advice'), View: AdviceSection, busy: () => advising.value !== null },
  evaluation: { title: t('Evaluation'), View: EvaluationTab, busy: () => evaluating.value !== null },
  runs: { title: t('Runs'), View: RunsTab, note: () => String(ownRuns.value?.length ?? '') },
};

const isRunning = (name: TabName): boolean =>
  runFrom.value === name && (job.value?.status === 'running' || job.value?.status === 'cancelling');

const tabOf = (name: TabName): Tab<TabName> => {
  const { title, note, busy } = TABS[name];
  return { name, title, note: note?.() || undefined, busy: busy?.() === true || isRunning(name) };
};

/** What to do about the model: each way in its own tab. */
export function Tabs() {
  const chosen = tab.value;
  return (
    <section class="tabs" aria-label={t('Work on this model')}>
      <TabList
        label={t('Work on this model')}
        tabs={TAB_NAMES.map(tabOf)}
        chosen={chosen}
        onChoose={(name) => (tab.value = name)}
      />
      {TAB_NAMES.map((name) => (
        <Panel key={name} name={name} shown={name === chosen}>
          <View name={name} />
        </Panel>
      ))}
    </section>
  );
}

function View({ name }: { name: TabName }) {
  const { View: Content } = TABS[name];
  return (
    <>
      <Content />
      {runFrom.value === name && <RunCard />}
    </>
  );
}

/** A panel is drawn when it is first shown; what was typed in it stays while another is. */
function Panel({ name, shown, children }: { name: TabName; shown: boolean; children: ComponentChildren }) {
  const seen = useRef(false);
  seen.current ||= shown;
  return (
    <div class="tab-panel" role="tabpanel" id={panelId(name)} aria-labelledby={tabId(name)} hidden={!shown}>
      {seen.current && children}
    </div>
  );
}
