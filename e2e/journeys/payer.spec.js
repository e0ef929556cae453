// The payer: what registers have charged is paid by its УИН, without an account.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';

test('somebody without an account pays a fine by УИН on a phone, without JavaScript, in two tabs', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
  await visitor.open(`${site.stands}/traffic/charges`);
  await visitor.until('Декабристов');
  const uin = await visitor.page.locator('tr', { hasText: 'Декабристов' }).locator('td, th').nth(1).innerText();
  await visitor.open(`${site.portal}/payments`);
  await visitor.answer({ 'УИН': '18810116000000007013' });
  await visitor.press('Найти', visitor.page.locator('main'));
  await expect(visitor.page.locator('.govuk-error-summary')).toBeVisible();
  await visitor.answer({ 'УИН': uin });
  await visitor.press('Найти', visitor.page.locator('main'));
  await visitor.heading('Оплата');
  await expect(visitor.page.locator('main')).not.toContainText('Гарипова'); // whose it is, nobody is told
  const page = visitor.page.url();
  const other = await visitor.context.newPage();
  await other.goto(page);
  await visitor.press('Оплатить 750 ₽');
  const bank = visitor.page.url();
  await other.getByRole('button', { name: 'Оплатить 750 ₽' }).click();
  await other.waitForURL(bank); // the second tab leads to the same payment
  await visitor.press('Оплатить 750 ₽');
  await visitor.until('Оплачено');
  await other.goto(page);
  expect(other.url()).toContain('/receipt');
  await visitor.leave();
});
