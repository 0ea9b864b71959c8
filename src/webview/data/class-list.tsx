import { useState } from 'preact/hooks';
import { plural } from '../../protocol/format';
import { TextField } from '../ui/text-field';
import { matchingClasses, MOST_LISTED } from './matches';

/** From so many classes on, they can be searched. */
const MANY = 20;

/** The names of all classes with their numbers, searchable where they are many. */
export function ClassList({ classes }: { classes: readonly string[] }) {
  const [text, setText] = useState('');
  const found = matchingClasses(classes, text);
  const left = found.length - MOST_LISTED;
  return (
    <section class="section" aria-labelledby="classes-title">
      <h2 id="classes-title">{plural(classes.length, 'class', 'classes')}</h2>
      {classes.length >= MANY && (
        <TextField label="Search classes" value={text} placeholder="name or number" onText={setText} testId="search" />
      )}
      <ol class="class-list" data-testid="classes">
        {found.slice(0, MOST_LISTED).map(({ name, number }) => (
          <li key={number}>
            <span class="quiet figures">{number}</span> {name}
          </li>
        ))}
      </ol>
      <p class="small quiet" role="status">
        {found.length === 0
          ? 'No class has this name.'
          : left > 0
            ? `${plural(left, 'more class', 'more classes')}: search for them.`
            : ''}
      </p>
    </section>
  );
}
