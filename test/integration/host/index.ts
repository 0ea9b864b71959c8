import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Marks mocha's lines among all that an extension host prints, so that they alone reach the terminal. */
const MARK = '[mocha] ';

/** VS Code calls this in the extension host. It runs all suites, writes mocha's JSON report, and throws if a test failed. */
export function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => console.log(MARK + format(...parts));
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, forbidOnly: true, forbidPending: true });
  const suites = path.join(__dirname, 'suites');
  const files = readdirSync(suites, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.js'));
  for (const file of files.sort()) mocha.addFile(path.join(suites, file));
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const results = process.env['SECATEUR_TEST_RESULTS'];
      if (results) writeFileSync(results, JSON.stringify({ stats: runner.stats }, null, 1));
      if (failures > 0) reject(new Error(`${failures} tests failed`));
      else resolve();
    });
  });
}
