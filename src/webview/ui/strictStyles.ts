/**
 * While it is imported, the toolkit tries out `:focus-visible` in a `<style>` of its own, which a strict content security
 * policy refuses and reports. Until `restoreStyles` it is handed an element with a constructed style sheet instead.
 */
const createElement = Document.prototype.createElement;

document.createElement = function (this: Document, name: string, options?: ElementCreationOptions): HTMLElement {
  if (name !== 'style') return createElement.call(this, name, options);
  return Object.assign(createElement.call(this, 'span'), { sheet: new CSSStyleSheet() });
};

/** Called once the toolkit is imported. */
export function restoreStyles(): void {
  document.createElement = createElement;
}
