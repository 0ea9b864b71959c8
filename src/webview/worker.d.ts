// The bundler puts the program of a worker in the place of these imports, as a text.
declare module 'worker:*' {
  const source: string;
  export default source;
}
