import { AdviceSection } from './advice/advice-section';
import { EvaluationCard } from './evaluation/evaluation-card';
import { Head } from './head/head';
import { Hero } from './histogram/hero';
import { LayerTable } from './layers/layer-table';
import { Banners } from './notices/banners';
import { Failure, Skeleton } from './notices/waiting';
import { EarlierPlans } from './pareto/plans';
import { RecipeSection } from './recipe/recipe-section';
import { RunCard } from './run/run-card';
import { SensitivitySection } from './sensitivity/sensitivity-section';
import { announcement, inspection, phase } from './state/session';
import { PlanList } from './threshold/plan-list';
import { ThresholdControls } from './threshold/threshold-controls';
import { WriteForm } from './threshold/write-form';
import { Notice } from './ui/notice';

/** The whole page. */
export function App() {
  const where = phase.value;
  if (where.kind === 'loading') return <Skeleton text={where.text} />;
  if (where.kind === 'failed')
    return (
      <>
        <Banners />
        <Failure sentence={where.sentence} />
      </>
    );
  return (
    <>
      <main class="page">
        <Head />
        <Banners />
        <NotRunnable />
        <AdviceSection />
        <div class="bench">
          <Hero />
          <div class="side" data-inputs>
            <ThresholdControls />
            <PlanList />
            <WriteForm />
          </div>
        </div>
        <RecipeSection />
        <RunCard />
        <EarlierPlans />
        <SensitivitySection />
        <section class="section" aria-labelledby="layers-title">
          <h2 id="layers-title">Layers</h2>
          <LayerTable />
        </section>
        <EvaluationCard />
      </main>
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

/** Explains why a network can be inspected and pruned, but not run. */
function NotRunnable() {
  const why = inspection.value?.notRunnable;
  return why === undefined ? null : (
    <Notice kind="info" testId="not-runnable">
      {why}
    </Notice>
  );
}
