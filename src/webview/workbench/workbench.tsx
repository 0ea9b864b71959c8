import { useEffect } from 'preact/hooks';
import { Head } from '../head/head';
import { Hero } from '../histogram/hero';
import { LayersPane } from '../layers/layers-pane';
import { Banners } from '../notices/banners';
import { redo, settleEdits, undo } from '../state/edits';
import { inspection } from '../state/session';
import { Notice } from '../ui/notice';
import { undoByKey } from '../ui/undo-keys';
import { Tabs } from './tabs';
import { useScroll } from './use-scroll';

/** The open checkpoint: what it is, where its weight is, and what to do about it. */
export function Workbench() {
  useScroll();
  useEffect(() => {
    const byKey = (event: KeyboardEvent): void => undoByKey(event, { undo, redo });
    document.addEventListener('keydown', byKey);
    // Each gesture is undone alone.
    const ends = ['pointerdown', 'pointerup', 'focusin'] as const;
    for (const end of ends) document.addEventListener(end, settleEdits, { capture: true });
    return () => {
      document.removeEventListener('keydown', byKey);
      for (const end of ends) document.removeEventListener(end, settleEdits, { capture: true });
    };
  }, []);
  return (
    <main class="page">
      <Head />
      <Banners />
      <NotRunnable />
      <div class="bench">
        <LayersPane />
        <Hero />
      </div>
      <Tabs />
    </main>
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
