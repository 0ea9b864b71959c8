import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Gives a code-server a display language without texts of its own: the workbench stays English, and extensions speak the
 * language. VS Code takes a language only where it knows a language pack for it, and this is how it remembers one. A pack
 * without an extension would keep it from reading its extensions at all.
 * @param home the private folder of the server, before it starts
 */
export function installLanguage(locale: string, home: string): void {
  const user = path.join(home, 'user');
  mkdirSync(user, { recursive: true });
  const texts = path.join(user, `${locale}.i18n.json`);
  writeFileSync(texts, JSON.stringify({ '': ['No texts.'], version: '1.0.0', contents: {} }));
  const extensions = [{ extensionIdentifier: { id: 'secateur.without-texts' }, version: '1.0.0' }];
  const pack = { hash: 'without-texts', label: locale, extensions, translations: { vscode: texts } };
  writeFileSync(path.join(user, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}
