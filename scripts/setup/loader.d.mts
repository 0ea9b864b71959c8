export function buildLoader(folder: string): Promise<void>;
