import { stepSchemas, type StepName } from '../../protocol/steps';
import { methodOrder, methodPurpose, methodTitle } from '../logic/methods';
import { addStep, newDraft } from '../state/recipe';

const isStepName = (name: string): name is StepName => name in stepSchemas;
const METHODS = methodOrder(Object.keys(stepSchemas).filter(isStepName));

/** All methods, each a button that adds its step to the recipe. */
export function MethodPicker() {
  return (
    <ul class="methods" aria-label="Methods">
      {METHODS.map((name) => (
        <li key={name}>
          <button type="button" class="method" data-testid={`add-${name}`} onClick={() => addStep(newDraft(name))}>
            <span class="method-title">{methodTitle(name)}</span>
            <span class="small quiet">{methodPurpose(name)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
