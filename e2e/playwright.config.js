// Journeys run against one demo, started by server.js on free ports with an empty data folder, in the machine's own Chromium.
import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const browsers = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
export const base = Number(process.env.TAMGA_E2E_PORT ?? 18080);
export const site = { portal: `http://localhost:${base}`, idp: `http://localhost:${base + 1}`, intra: `http://localhost:${base + 2}`,
  stands: `http://localhost:${base + 3}` };
// Where the demo keeps its data: the command line finds the running demo there.
export const data = join(tmpdir(), `tamga-e2e-${base}`);
// The definitions that the demo serves: a copy, so that a journey may change one as a methodologist does.
export const catalog = join(data, 'catalog');
export const tamga = process.env.TAMGA_BINARY ?? '../tamga';

export default defineConfig({
  testDir: './journeys',
  outputDir: './results',
  timeout: 300_000, // a whole life on two cores that others use too
  expect: { timeout: 30_000 }, // a page that comes, comes in a second; a machine under load may pause for longer
  workers: 1, // two cores serve the whole state and a browser
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  use: {
    baseURL: site.portal,
    locale: 'ru-RU',
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    launchOptions: {
      executablePath: browsers.find((path) => path && existsSync(path)),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
    },
  },
  webServer: {
    command: 'node server.js',
    url: `${site.portal}/readyz`,
    timeout: 60_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
    env: { TAMGA_PORT_BASE: String(base), TAMGA_DATA: data, TAMGA_CATALOG: catalog },
  },
});
