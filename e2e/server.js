// Starts the demo (../tamga, or TAMGA_BINARY) on an empty data folder and removes the folder when it has stopped.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const data = process.env.TAMGA_DATA ?? mkdtempSync(join(tmpdir(), 'tamga-e2e-'));
rmSync(data, { recursive: true, force: true }); // of a run that was killed
mkdirSync(data);
chmodSync(data, 0o755); // PostgreSQL runs as another user when we are root
const demo = spawn(process.env.TAMGA_BINARY ?? '../tamga', ['demo'], { stdio: 'inherit', env: { ...process.env, TAMGA_DATA: data } });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => demo.kill('SIGTERM'));
demo.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true });
  process.exit(code ?? 1);
});
