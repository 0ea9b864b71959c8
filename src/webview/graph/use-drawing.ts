import { useEffect, useMemo, useState } from 'preact/hooks';
import type { TopologyNode } from '../../protocol/topology';
import type { Part } from './blocks';
import { joinDrawing, planDrawing, type Drawing } from './drawing';
import { measureDrawn } from '../state/timing';
import { layOut } from './layout/client';

/** A drawing with what it was asked for: the last one stays until the next is there. */
export interface Laid {
  readonly drawing: Drawing | null;
  readonly problem: string | null;
  readonly busy: boolean;
}

/** Lays out a model with these blocks open. */
export function useDrawing(nodes: readonly TopologyNode[], parts: readonly Part[], open: ReadonlySet<string>): Laid {
  const plan = useMemo(() => planDrawing(nodes, parts, open), [nodes, parts, open]);
  const [laid, setLaid] = useState<{ of: typeof plan | null; drawing: Drawing | null; problem: string | null }>({
    ...{ of: null, drawing: null, problem: null },
  });
  useEffect(() => {
    let current = true;
    const start = performance.now();
    layOut(plan.level).then(
      (placed) => {
        if (!current) return;
        setLaid({ of: plan, drawing: joinDrawing(plan, placed), problem: null });
        measureDrawn('secateur:graph', start);
      },
      (error: unknown) => {
        if (current) setLaid({ of: plan, drawing: null, problem: error instanceof Error ? error.message : String(error) }); // prettier-ignore
      },
    );
    return () => {
      current = false;
    };
  }, [plan]);
  return { drawing: laid.drawing, problem: laid.problem, busy: laid.of !== plan };
}
