/** The tabs of the page, in order. */
export const TAB_NAMES = ['prune', 'methods', 'sensitivity', 'advice', 'evaluation', 'runs'] as const;
export type TabName = (typeof TAB_NAMES)[number];
