/** Code points of the codicons in use, in the font that ships with the page. */
export const ICONS = {
  warning: '\uea6c',
  info: '\uea74',
  lock: '\uea75',
  close: '\uea76',
  error: '\uea87',
  check: '\ueab2',
  clippy: '\ueac0',
  database: '\ueace',
  discard: '\ueae2',
  'file-code': '\ueae9',
  'folder-opened': '\ueaf7',
  play: '\ueb2c',
  refresh: '\ueb37',
  shield: '\ueb53',
  'triangle-down': '\ueb6e',
  'triangle-up': '\ueb71',
  output: '\ueb9d',
} as const;
export type IconName = keyof typeof ICONS;
