import * as z from 'zod';

// The page's content security policy forbids eval, and zod would try it for speed: first of all it is told not to.
z.config({ jitless: true });
