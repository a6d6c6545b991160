import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = fileURLToPath(new URL('./assembly/kernel.ts', import.meta.url));

/** Compiles `assembly/kernel.ts` into the text of `kernel.ts`: as a module it travels wherever JavaScript does. */
export async function compileKernel(): Promise<string> {
  let wasm: Uint8Array = new Uint8Array();
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  const { error, stderr } = await asc.main([SOURCE, ...flags, '--outFile', 'kernel.wasm'], {
    writeFile: (_name, contents) => {
      wasm = contents as Uint8Array;
    },
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const text = Buffer.from(wasm).toString('base64');
  return `// Made of assembly/kernel.ts by \`npm run -s kernel\`: not to be edited.\nexport const KERNEL_WASM =\n  '${text}';\n`;
}
