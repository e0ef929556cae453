// Starts the demo (../tamga, or TAMGA_BINARY) on an empty data folder and removes the folder when it has stopped.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const data = process.env.TAMGA_DATA ?? mkdtempSync(join(tmpdir(), 'tamga-e2e-'));
rmSync(data, { recursive: true, force: true }); // of a run that was killed
mkdirSync(data);
chmodSync(data, 0o755); // PostgreSQL runs as another user when we are root
if (process.env.TAMGA_CATALOG) { // what is served may be changed by a journey: a copy of the definitions
  cpSync('../catalog/services', join(process.env.TAMGA_CATALOG, 'services'), { recursive: true });
  for (const name of readdirSync('../catalog')) if (name.endsWith('.yaml')) cpSync(join('../catalog', name), join(process.env.TAMGA_CATALOG, name));
}
const demo = spawn(process.env.TAMGA_BINARY ?? '../tamga', ['demo'], { stdio: 'inherit',
  env: { TAMGA_DEMO_LATE_AFTER: '10s', ...process.env, TAMGA_DATA: data } });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => demo.kill('SIGTERM'));
demo.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true });
  process.exit(code ?? 1);
});
