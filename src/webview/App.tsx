import { EvaluationCard } from './evaluation/EvaluationCard';
import { Head } from './head/Head';
import { Hero } from './histogram/Hero';
import { LayerTable } from './layers/LayerTable';
import { Banners } from './notices/Banners';
import { Failure, Skeleton } from './notices/Waiting';
import { EarlierPlans } from './pareto/plans';
import { RecipeSection } from './recipe/RecipeSection';
import { RunCard } from './run/RunCard';
import { SensitivitySection } from './sensitivity/SensitivitySection';
import { announcement, inspection, stage } from './state/session';
import { PlanList } from './threshold/PlanList';
import { ThresholdControls } from './threshold/ThresholdControls';
import { WriteForm } from './threshold/WriteForm';
import { Notice } from './ui/Notice';

/** The whole page. */
export function App() {
  const where = stage.value;
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

/** Some networks can be looked at and pruned, but not run. */
function NotRunnable() {
  const why = inspection.value?.notRunnable;
  return why === undefined ? null : (
    <Notice kind="info" testId="not-runnable">
      {why}
    </Notice>
  );
}
