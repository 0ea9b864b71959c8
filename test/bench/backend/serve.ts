import { z } from 'zod';
import { type Answer, type Contender, Workload } from './workload';

const order = z.object({ task: z.enum(['train', 'evaluate']), data: z.string(), count: z.number() });

/** Carries out the orders that arrive by IPC, one after the other, until the bench disconnects. */
export function serve(contender: Contender): void {
  let workload: Workload | undefined;
  const carryOut = async (message: unknown): Promise<Answer> => {
    const wanted = order.parse(message);
    workload ??= new Workload(contender, wanted.data);
    return workload.run(wanted);
  };
  process.on('message', (message) => {
    void carryOut(message).then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => process.exit(0));
}
