import { writeFileSync } from 'node:fs';
import { compileKernel } from './compile-kernel.js';

// `npm run -s kernel`
writeFileSync(new URL('./kernel.ts', import.meta.url), await compileKernel());
