import { PlanList } from './plan-list';
import { ThresholdControls } from './threshold-controls';
import { WriteForm } from './write-form';

/** The quick way: a threshold, and the button that prunes by it and writes. */
export const PruneTab = () => (
  <div class="prune" data-inputs>
    <ThresholdControls />
    <PlanList />
    <WriteForm />
  </div>
);
