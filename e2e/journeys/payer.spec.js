// The payer: what registers have charged is found by number and paid, with a discount, in parts, by a saved card, without an account.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { enter, password } from '../story.js';

const aliya = { last: 'Гарипова', first: 'Алия', phone: '+79172000001', password };

// find looks charges up by a number of a kind.
async function find(visitor, kind, number) {
  await visitor.open(`${site.portal}/payments`);
  await visitor.answer({ 'По какому номеру искать': kind, 'Номер': number });
  await visitor.press('Найти', visitor.page.locator('main'));
}

// charge opens the charge with these words in the list.
async function charge(visitor, words) {
  const line = visitor.page.locator('main li', { hasText: words }).first();
  await Promise.all([visitor.page.waitForEvent('load'), line.getByRole('link').click()]);
  await visitor.look();
  await visitor.heading('Оплата');
}

test('a fine found by the car is paid with its discount, a tax in parts by a saved card', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await visitor.open(`${site.portal}/sign-in?next=/payments`);
  await enter(visitor, aliya);

  await find(visitor, 'Свидетельство о регистрации машины (СТС)', '16 29');
  await expect(visitor.page.locator('.govuk-error-summary')).toBeVisible();
  await expect.poll(async () => { // the register has told the portal
    await find(visitor, 'Свидетельство о регистрации машины (СТС)', '16 29 123456');
    return visitor.page.locator('main').innerText();
  }, { timeout: 60_000, intervals: [7000] }).toContain('562,50');
  await charge(visitor, 'превышение скорости');
  await expect(visitor.page.locator('main')).toContainText('Скидка 25 %');
  await expect(visitor.page.locator('main')).toContainText('Картой через ЮKassa: 566,44 ₽ (комиссия 3,94 ₽)');
  const page = visitor.page.url();

  // declined, and then paid at the other bank, whose commission stood on the button
  await visitor.press('Оплатить 562,50 ₽');
  await visitor.press('Отказать в оплате');
  await visitor.until('не прош');
  await visitor.open(page);
  await visitor.press('Картой через ЮKassa: 566,44 ₽ (комиссия 3,94 ₽)');
  await visitor.heading('Оплата через ЮKassa');
  const bank = visitor.page.url();
  await visitor.press('Оплатить 566.44 ₽');
  await visitor.until('566,44');
  await expect(visitor.page.locator('main')).toContainText('3,94 ₽');
  const receipt = (await visitor.page.locator('main').innerText()).match(/\d{4}-\d{4}-\d{4}/)[0];

  // the back button and an old tab bring nobody to a second payment
  await visitor.open(bank);
  await expect(visitor.page.locator('main')).toContainText('Платить второй раз не нужно');
  await visitor.open(page);
  expect(visitor.page.url()).toContain('/receipt');
  const paper = await visitor.page.request.get(await visitor.page.getByRole('link', { name: /Скачать квитанцию/ }).first().getAttribute('href'));
  expect((await paper.body()).subarray(0, 5).toString()).toBe('%PDF-');
  await visitor.open(`${site.portal}/receipts`);
  await visitor.answer({ 'Номер квитанции': receipt, 'Сумма в рублях': '566,44' });
  await visitor.press('Проверить');
  await expect(visitor.page.locator('main')).toContainText('Квитанция подлинная');

  // the bill of the flat: a part by a card that the bank is asked to remember, the rest by that card
  await find(visitor, 'Лицевой счёт за жильё и коммунальные услуги', '1600000017');
  await charge(visitor, 'Жильё и коммунальные услуги');
  await visitor.answer({ 'Сколько оплатить сейчас': '1000', 'Запомнить карту': true });
  await visitor.press('Перейти к оплате');
  await visitor.press('Оплатить 1 000 ₽');
  await visitor.until('933,90');
  await visitor.press(/^Картой МИР •••• 2201/);
  await expect(visitor.page.locator('main')).toContainText('сразу, без страницы банка');
  const yes = visitor.page.getByRole('button', { name: /^Да, заплатить/ });
  await Promise.all([visitor.page.waitForURL(/receipt|return/), yes.dblclick()]); // twice, as people do
  await visitor.until('Оплачено');
  await visitor.open(`${site.portal}/payments/cards`);
  await visitor.press(/^Удалить карту/);
  await expect(visitor.page.locator('main')).toContainText('Сохранённых карт нет');

  // the registers have heard of it
  await visitor.open(`${site.stands}/traffic/charges`);
  await visitor.until('562,50');
  await visitor.open(`${site.stands}/housing/charges`);
  await visitor.until('933,90');
  await visitor.leave();
});

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
