// What all journeys share: people, the outbox of messages, axe, filling by the words a person reads.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { site } from './playwright.config.js';

// accessible fails on any violation of WCAG 2.2 AA that axe can see.
export async function accessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  const told = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html).join('\n  ')}`).join('\n');
  expect(told, `axe on ${page.url()}`).toBe('');
}

// message waits for the newest message to a phone or e-mail whose text matches, and returns its text.
export async function message(request, to, match) {
  let found;
  await expect.poll(async () => {
    const answer = await request.get(`${site.stands}/outbox.json?to=${encodeURIComponent(to)}`);
    found = (await answer.json()).find((m) => match.test(`${m.subject ?? ''} ${m.text}`));
    return Boolean(found);
  }, { timeout: 30_000, message: `no message to ${to} like ${match}` }).toBe(true);
  return found.text;
}

// heading waits for the page with this h1.
export async function heading(page, text) {
  await expect(page.locator('h1')).toContainText(text);
}

// reloadUntil reloads a page that shows the progress of something outside until it shows the text.
export async function reloadUntil(page, text, times = 40) {
  for (let i = 0; i < times; i++) {
    if ((await page.locator('main').innerText()).match(text)) return;
    await page.waitForTimeout(500);
    await page.reload();
  }
  await expect(page.locator('main')).toContainText(text);
}
