/**
 * While it is imported, the toolkit tries out `:focus-visible` in a `<style>` of its own, which a strict content security
 * policy refuses and reports. Until `restoreStyles` it is handed an element with a constructed style sheet instead.
 */
const create = (name: string) => document.createElementNS('http://www.w3.org/1999/xhtml', name);

Object.defineProperty(document, 'createElement', {
  configurable: true,
  value: (name: string) =>
    name === 'style' ? Object.assign(create('span'), { sheet: new CSSStyleSheet() }) : create(name),
});

/** Called once the toolkit is imported. */
export function restoreStyles(): void {
  Reflect.deleteProperty(document, 'createElement');
}
