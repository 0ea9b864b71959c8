/** The types of tfjs use this type of browsers, and the generator of declarations must find it. */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface EventInit {}
}

export {};
