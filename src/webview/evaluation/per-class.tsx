import type { Evaluation } from '../../protocol/measure';
import { percent, plural } from '../../protocol/format';

/** Accuracy of each class as a bar with its figure. */
export function PerClass({ classes }: { classes: Evaluation['perClass'] }) {
  return (
    <div class="per-class">
      <p class="small quiet" id="per-class-title">
        Accuracy by class
      </p>
      <ul aria-labelledby="per-class-title">
        {classes.map((each, index) => (
          <li key={`${index} ${each.name}`} title={plural(each.samples, 'example')}>
            <span class="class-name">{each.name}</span>
            <span class="class-track" aria-hidden="true">
              <span class="class-bar" style={{ '--share': each.accuracy }} />
            </span>
            <span class="figures">{percent(each.accuracy, 1)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
