/** The types of tfjs name this one of a browser, which the generator of our declarations wants to find. */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface EventInit {}
}

export {};
