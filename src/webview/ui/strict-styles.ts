/**
 * On import, the toolkit tests `:focus-visible` in its own `<style>`, which a strict content security policy refuses and
 * reports. Until `restoreStyles` it gets an element with a constructed style sheet instead.
 */
const create = (name: string) => document.createElementNS('http://www.w3.org/1999/xhtml', name);

Object.defineProperty(document, 'createElement', {
  configurable: true,
  value: (name: string) =>
    name === 'style' ? Object.assign(create('span'), { sheet: new CSSStyleSheet() }) : create(name),
});

/** Called after the import of the toolkit. */
export function restoreStyles(): void {
  Reflect.deleteProperty(document, 'createElement');
}
