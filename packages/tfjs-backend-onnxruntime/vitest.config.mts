import { defineConfig } from 'vitest/config';
import { backendProjects } from './testing/projects.ts';

export default defineConfig({ test: { maxWorkers: 2, projects: [...backendProjects] } });
