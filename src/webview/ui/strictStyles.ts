/**
 * While it is imported, the toolkit tries out `:focus-visible` in a `<style>` of its own, which a strict content security
 * policy refuses and reports. Until `restoreStyles` it is handed an element with a constructed style sheet instead.
 */
type Create = (name: string) => HTMLElement;
const create = (Reflect.get(document, 'createElement') as Create).bind(document);

Object.defineProperty(document, 'createElement', {
  configurable: true,
  value: (name: string) =>
    name === 'style' ? Object.assign(create('span'), { sheet: new CSSStyleSheet() }) : create(name),
});

/** Called once the toolkit is imported. */
export function restoreStyles(): void {
  Reflect.deleteProperty(document, 'createElement');
}
