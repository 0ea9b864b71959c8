import * as vscode from 'vscode';
import type { Evaluation } from '../../protocol/measure';
import type { Attention } from '../../protocol/panel';
import { VIEW_TYPE } from '../constants';
import type { OpenCheckpoint } from './open-checkpoint';

/** The open panels, by checkpoint. */
export class Panels {
  private readonly open = new Map<string, Set<OpenCheckpoint>>();
  /** The part to bring into view in a panel that is not ready yet, by checkpoint. */
  private readonly awaited = new Map<string, Attention>();

  private readonly seen = new Set<string>();

  get all(): OpenCheckpoint[] {
    return [...this.open.values()].flatMap((panels) => [...panels]);
  }

  of(model: string): OpenCheckpoint[] {
    return [...(this.open.get(model) ?? [])];
  }

  /** True if a panel of this checkpoint is or was open in this window. */
  wasShown(model: string): boolean {
    return this.seen.has(model);
  }

  add(panel: OpenCheckpoint): void {
    this.seen.add(panel.model);
    const panels = this.open.get(panel.model) ?? new Set();
    this.open.set(panel.model, panels.add(panel));
  }

  remove(panel: OpenCheckpoint): void {
    const panels = this.open.get(panel.model);
    panels?.delete(panel);
    if (panels?.size === 0) this.open.delete(panel.model);
  }

  /** Shows the panel of a checkpoint, opens it if necessary, and brings a part of it into view. */
  async show(uri: vscode.Uri, focus?: Attention): Promise<void> {
    if (focus) this.awaited.set(uri.fsPath, focus);
    await vscode.commands.executeCommand('vscode.openWith', uri, VIEW_TYPE);
    const [live] = this.of(uri.fsPath).filter((panel) => panel.isLive);
    const attention = live && this.takeFocus(uri.fsPath);
    if (attention) live.notify('focus', attention);
  }

  /** The part that the panel of this checkpoint brings into view when it is ready. Each request is given once. */
  takeFocus(model: string): Attention | undefined {
    const focus = this.awaited.get(model);
    this.awaited.delete(model);
    return focus;
  }

  /** Shows the panel of a checkpoint with a new evaluation. */
  async showEvaluation(uri: vscode.Uri, evaluation: Evaluation): Promise<void> {
    await this.show(uri, { part: 'evaluation' });
    // A panel that is not ready yet finds it in the store.
    for (const panel of this.of(uri.fsPath)) panel.notify('showEvaluation', evaluation);
  }
}
