import { cpSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/setup/paths';
import { Panel } from '../harness/pages/panel';
import { openWorld, type World, type WorldOptions } from '../harness/world';

/**
 * Opens a world whose workspace holds the checkpoint that ships, `fashion-cnn`, with its files in sight, and whose data is
 * the sample. Its panel is not open yet.
 */
export async function openShipped(options: WorldOptions): Promise<{ world: World; panel: Panel }> {
  const world = await openWorld({
    ...options,
    settings: { 'secateur.data.folder': inRoot('media', 'samples', 'fashion-mnist-sample'), ...options.settings },
    prepare: async (workspace) => {
      cpSync(inRoot('media', 'samples', 'fashion-cnn'), path.join(workspace, 'fashion-cnn'), { recursive: true });
      await options.prepare?.(workspace);
    },
  });
  await world.workbench.ready('fashion-cnn');
  await world.workbench.expand('fashion-cnn');
  return { world, panel: new Panel(world.page, world.workbench.webview()) };
}

/** Opens the panel of the checkpoint that ships, by its menu. */
export async function openPanel({ world, panel }: { world: World; panel: Panel }): Promise<void> {
  await world.workbench.contextMenu(world.workbench.modelRow('fashion-cnn'), 'Prune Model');
  await panel.ready();
}
