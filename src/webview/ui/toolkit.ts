import { restoreStyles } from './strict-styles';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { AriaAttributes, ComponentChildren, Ref } from 'preact';

/**
 * The toolkit's elements. Only this folder names them, so another library of elements (for example
 * `@vscode-elements/elements`) can replace them here.
 */
export function registerElements(): void {
  restoreStyles();
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeProgressRing(), vsCodeTextField());
}

/** Attributes that every element of the toolkit takes. */
interface ElementAttributes<E extends HTMLElement> extends AriaAttributes {
  ref?: Ref<E>;
  class?: string;
  id?: string;
  title?: string;
  children?: ComponentChildren;
  'data-testid'?: string | undefined;
  onClick?: (event: MouseEvent) => void;
  onInput?: (event: InputEvent) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onChange?: (event: Event) => void;
}

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the place where Preact looks for elements
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ElementAttributes<HTMLElement> & {
        appearance?: 'primary' | 'secondary' | 'icon';
        disabled?: boolean;
      };
      'vscode-checkbox': ElementAttributes<HTMLElement> & { checked?: boolean; disabled?: boolean };
      'vscode-progress-ring': ElementAttributes<HTMLElement>;
      'vscode-text-field': ElementAttributes<HTMLElement> & {
        value?: string;
        placeholder?: string;
        disabled?: boolean;
        spellcheck?: boolean;
      };
    }
  }
}
