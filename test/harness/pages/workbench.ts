import type { FrameLocator, Locator, Page } from 'playwright-core';

/** VS Code's own surface: what a person sees and clicks outside of our panels. */
export class Workbench {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The command palette, a quick pick or an input box, whichever is open. */
  get quickInput(): Locator {
    return this.#page.locator('.quick-input-widget:visible');
  }

  get quickText(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  quickRow(text: string | RegExp): Locator {
    return this.quickInput.locator('.monaco-list-row').filter({ hasText: text });
  }

  statusItem(text: string | RegExp): Locator {
    return this.#page.locator('.statusbar-item').filter({ hasText: text });
  }

  tab(title: string | RegExp): Locator {
    return this.#page.locator('.tabs-container .tab').filter({ hasText: title });
  }

  explorerRow(name: string): Locator {
    const label = this.#page.locator('.label-name').getByText(name, { exact: true });
    return this.#page.locator('.explorer-folders-view .monaco-list-row').filter({ has: label });
  }

  /** The checkpoint's row inside of this folder: its place among other rows of that name changes as folders unfold. */
  modelRow(folder: string): Locator {
    const label = this.#page.locator(`.monaco-icon-label[aria-label$="/${folder}/model.json"]`);
    return this.#page.locator('.explorer-folders-view .monaco-list-row').filter({ has: label });
  }

  toast(text: string | RegExp): Locator {
    return this.#page.locator('.notifications-toasts .notification-toast').filter({ hasText: text });
  }

  /** Resolves when the explorer shows a file or folder of this name. */
  async ready(name: string): Promise<void> {
    await this.explorerRow(name).first().waitFor({ timeout: 150_000 });
  }

  /**
   * F1, the command's label, the exact row, click. The list is not refreshed when an extension's commands arrive
   * late, so it is opened again until the row is there.
   */
  async command(label: string): Promise<void> {
    const end = Date.now() + 60_000;
    while (Date.now() < end) {
      const row = await this.#inPalette(label);
      if (await succeeds(row.click({ timeout: 3000 }))) return;
      await this.#page.keyboard.press('Escape');
    }
    throw new Error(`The palette has no command "${label}".`);
  }

  /** True if the palette offers a command, once the extension has had time to start. */
  async offersCommand(label: string): Promise<boolean> {
    const offered = await appears(await this.#inPalette(label), 1500);
    await this.#page.keyboard.press('Escape');
    await this.quickInput.waitFor({ state: 'hidden' });
    return offered;
  }

  /** Opens the palette, types a label and gives the place of its row. */
  async #inPalette(label: string): Promise<Locator> {
    const end = Date.now() + 60_000;
    while (Date.now() < end) {
      await this.#page.keyboard.press('F1');
      // A key press can be lost, and the palette closes again when something else takes the focus, a new theme for example.
      if (await succeeds(this.quickText.fill(`>${label}`, { timeout: 3000 })))
        return this.quickInput.locator(`.monaco-list-row[aria-label^="${label}"]`).first();
    }
    throw new Error('The palette does not stay open.');
  }

  /** Closes every tab, and resolves when none is left. */
  async closeAllEditors(): Promise<void> {
    await this.command('View: Close All Editors');
    await this.#page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  /** Reloads as a person does: VS Code then stores the state of its editors, which a bare reload of the page can outrun. */
  async reloadWindow(): Promise<void> {
    const loaded = this.#page.waitForEvent('domcontentloaded');
    await this.command('Developer: Reload Window');
    await loaded;
  }

  /**
   * Unfolds a folder of the explorer. The explorer unfolds folders by itself to show the file of the editor: a click that
   * comes at the same time folds the folder again.
   */
  async expand(folder: string): Promise<void> {
    const row = this.explorerRow(folder).first();
    const unfolded = this.explorerRow(folder).and(this.#page.locator('[aria-expanded="true"]')).first();
    const end = Date.now() + 60_000;
    await row.waitFor();
    for (;;) {
      if (!(await unfolded.isVisible())) await row.click();
      if ((await appears(unfolded, 1500)) && !(await disappears(unfolded, 500))) return;
      if (Date.now() > end) throw new Error(`The folder ${folder} does not unfold.`);
    }
  }

  /** The labels of the context menu of an explorer row; the menu is closed again. */
  async contextLabels(row: Locator): Promise<string[]> {
    await row.click({ button: 'right' });
    const labels = this.#page.locator('.monaco-menu:visible .action-label');
    await labels.filter({ hasText: 'Rename' }).waitFor();
    const texts = await labels.allTextContents();
    await this.#page.keyboard.press('Escape');
    // A row that the pointer rests on shows its path over the next rows.
    await this.#page.mouse.move(0, 0);
    await this.#page.locator('.hover-contents:visible').waitFor({ state: 'detached' });
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  /**
   * Right-click on an explorer row in sight, then this item; the menu is opened again until the item is there.
   * @returns when the item was clicked, in milliseconds since the epoch.
   */
  async contextMenu(row: Locator, label: string): Promise<number> {
    // The explorer draws only rows in sight: one that is missing is another fault than an item that is.
    await row.waitFor();
    const item = this.#page.locator('.monaco-menu:visible .action-item:not(.disabled)').filter({ hasText: label });
    const end = Date.now() + 60_000;
    for (;;) {
      // On a busy machine a click can wait for a frame that never comes: then it is tried again.
      await row.click({ button: 'right', timeout: 5000 }).catch(() => undefined);
      if (await appears(item, 1500)) break;
      await this.#page.keyboard.press('Escape');
      if (Date.now() > end) throw new Error(`The context menu has no item "${label}".`);
    }
    await this.#page.waitForTimeout(250); // VS Code's menus ignore a mouse-up in their first moments.
    const clicked = Date.now();
    await item.click();
    await item.waitFor({ state: 'detached' });
    return clicked;
  }

  /** Presses a button of a toast. */
  async answerToast(text: string | RegExp, button: string): Promise<void> {
    await this.toast(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** Closes every toast, without choosing. */
  async dismissToasts(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** The document inside the visible webview: the frame in a frame that VS Code puts around each page. */
  webview(): FrameLocator {
    const outer = this.#page.locator('iframe.webview:visible').last();
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  /** Switches the colour theme by its name in the picker. */
  async theme(name: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.quickText.fill(name);
    await this.quickRow(name).first().click();
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Answers VS Code's question, or its trust page, with trust. */
  async trust(): Promise<void> {
    const button = this.#page.getByRole('button', { name: /^(Yes, I trust|Trust|Trust Workspace & Continue)/ });
    await button.first().click();
  }

  /** Answers VS Code's simple file dialog with an absolute path. */
  async chooseFile(title: string, file: string): Promise<void> {
    await this.quickInput.getByText(title).waitFor();
    await this.quickInput.locator('.monaco-list-row').first().waitFor();
    await this.quickText.fill(file);
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      await this.quickInput
        .getByRole('button', { name: 'OK' })
        .click({ timeout: 2000 })
        .catch(() => undefined);
      if (await disappears(this.quickInput.getByText(title), 1500)) return;
    }
    throw new Error(`The file dialog "${title}" did not close.`);
  }
}

function appears(locator: Locator, milliseconds: number): Promise<boolean> {
  return succeeds(locator.waitFor({ timeout: milliseconds }));
}

function disappears(locator: Locator, milliseconds: number): Promise<boolean> {
  return succeeds(locator.waitFor({ state: 'hidden', timeout: milliseconds }));
}

function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
