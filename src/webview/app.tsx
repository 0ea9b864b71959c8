import { Banners } from './notices/banners';
import { Failure, Skeleton } from './notices/waiting';
import { announcement, phase } from './state/session';
import { Workbench } from './workbench/workbench';

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
      <Workbench />
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}
