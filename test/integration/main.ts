// usage: npm run test:integration [-- REPORT.json]
// Runs mocha inside the extension host of a code-server, against the packed extension, and exits with its verdict.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { inRoot } from '../../scripts/setup/paths';
import { runMain, ScriptError } from '../../scripts/setup/run-main';
import { packVsix } from '../../scripts/setup/vsix';
import { buildSuites } from './build';
import { runInHost } from './run-in-host';

const MochaReport = z.object({ stats: z.object({ passes: z.number(), failures: z.number(), pending: z.number() }) });

runMain(async () => {
  const suites = await buildSuites();
  const vsix = process.env['SECATEUR_VSIX'] ?? (await packVsix());
  const results = inRoot('.cache', 'integration', 'results.json');
  const exitCode = await runInHost({ vsix, suites, results });
  if (!existsSync(results))
    throw new ScriptError('The extension host ended without any result: see e2e-out/integration.');
  const report = process.argv[2];
  if (report) {
    await mkdir(path.dirname(report), { recursive: true });
    await copyFile(results, report);
  }
  const { stats } = MochaReport.parse(JSON.parse(await readFile(results, 'utf8')));
  const files = (await readdir(inRoot('test', 'integration', 'suites'), { recursive: true })).filter((name) =>
    name.endsWith('.test.ts'),
  );
  console.log(`integration: ${stats.passes} passed, ${stats.failures} failed in ${files.length} suites`);
  if (stats.pending > 0) throw new ScriptError(`${stats.pending} tests were skipped; no test may be.`);
  if (exitCode !== 0 || stats.failures > 0 || stats.passes === 0) process.exitCode = 1;
});
