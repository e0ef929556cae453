// The payer: what registers have charged is found by number and paid, with a discount, in parts, by a saved card, without an account; a flat
// with its meters, bill, template and automatic payment; money for somebody else.
import { test, expect } from '@playwright/test';
import { Visitor, message } from '../helpers.js';
import { site } from '../playwright.config.js';
import { enter, password } from '../story.js';

const aliya = { last: 'Гарипова', first: 'Алия', phone: '+79172000001', password };
const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', password };

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
    await find(visitor, 'Свидетельство о регистрации машины (СТС)', '16 29 777777');
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
  await visitor.press('Оплатить 566,44 ₽');
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

// reader signs somebody in at the page of charges.
async function reader(browser, who, options) {
  const visitor = await Visitor.enter(browser, options);
  await visitor.open(`${site.portal}/sign-in?next=/payments`);
  await enter(visitor, who);
  return visitor;
}

test('a flat: readings, the bill by line, its template, an automatic payment told a day before and refused', async ({ browser }) => {
  const visitor = await reader(browser, timur, { viewport: { width: 390, height: 844 } });
  const main = visitor.page.locator('main');
  await visitor.press('Лицевые счета и показания счётчиков');
  await visitor.answer({ 'Номер лицевого счёта': '1600 000 025', 'Фамилия владельца счёта': 'Җиһаншина' });
  await visitor.press('Добавить', main);
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Такого лицевого счёта с такой фамилией нет');
  await expect.poll(async () => { // the register has told the portal
    await visitor.answer({ 'Номер лицевого счёта': '1600 000 025', 'Фамилия владельца счёта': 'сафиуллин' });
    await visitor.press('Добавить', main);
    return visitor.page.locator('h1').innerText();
  }, { timeout: 60_000, intervals: [7000] }).toContain('Лицевой счёт 1600000025');
  const flat = visitor.page.url();

  await visitor.answer({ 'Показания сейчас: Холодная вода': '80', 'Показания сейчас: Электроэнергия': '9 300,5' });
  await visitor.press('Передать показания', main);
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Холодная вода: показания не могут быть меньше прошлых: 87,3');
  await expect(visitor.page.getByLabel('Показания сейчас: Электроэнергия')).toHaveValue('9 300,5');
  await visitor.press('Татарча'); // in another language nobody lands nowhere
  await visitor.press('Русский');
  await visitor.heading('Лицевой счёт 1600000025');
  await visitor.answer({ 'Показания сейчас: Холодная вода': '92,1', 'Показания сейчас: Электроэнергия': '9 300,5' });
  await visitor.press('Передать показания', main);
  await visitor.until('Приняты'); // by the register

  // one line of the bill, by a card that the bank is asked to remember
  await visitor.press(/^Оплатить 2 243,40/);
  await visitor.page.getByRole('checkbox', { name: /^Холодная вода: 124,80/ }).check();
  await visitor.answer({ 'Сколько оплатить сейчас': '500', 'Запомнить карту': true });
  await visitor.press('Перейти к оплате');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('не больше, чем осталось по выбранным строкам');
  await visitor.answer({ 'Сколько оплатить сейчас': '', 'Запомнить карту': true });
  await visitor.press('Перейти к оплате');
  await visitor.heading('Оплата заказа');
  await visitor.press(/^Оплатить 124,80/);
  await visitor.until('Оплачено 124,80');
  await expect(main).toContainText('Холодная вода: оплачено');
  await visitor.press('Квитанции за то, что уже оплачено');
  await expect(main).toContainText('За: Холодная вода');
  await visitor.answer({ 'Название шаблона': '' });
  await visitor.press('Сохранить как шаблон');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Назовите шаблон');
  await visitor.answer({ 'Название шаблона': 'Әнинең фатиры' });
  await visitor.press('Сохранить как шаблон');
  await expect(main).toContainText('Әнинең фатиры');

  // a rule: the notice comes at once, for the bill is there already; the person says no
  await visitor.open(`${site.portal}/payments/autopay`);
  await visitor.press('Включить автоплатёж');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Отметьте, что согласны');
  await visitor.answer({ 'Жильё и коммунальные услуги': true, 'По шаблону «Әнинең фатиры»': true, 'Карта': 'МИР •••• 2201',
    'Лимит на один платёж, рублей': '3000', 'Лимит на месяц, рублей': '5 000', 'Согласен, чтобы портал платил': true });
  await visitor.press('Включить автоплатёж');
  await expect(main).toContainText('По шаблону «Әнинең фатиры»');
  const contact = await visitor.page.locator('.govuk-summary-list__row', { hasText: 'Предупреждаем на' }).locator('dd').innerText();
  const notice = await message(visitor.page.request, contact, /спишем.*1600000025|Завтра спишем/s);
  await visitor.open(notice.match(/https?:\S+orders\S+/)[0]);
  await visitor.heading('Заплатим сами');
  await expect(main).toContainText('2 118,60');
  await visitor.press('Не платить');
  await visitor.heading('Вы отказались');
  await visitor.open(`${site.portal}/payments/autopay`);
  await visitor.press('Остановить сразу');
  await visitor.open(`${site.portal}/payments/history`);
  await expect(main).toContainText('124,80');

  await visitor.open(flat); // what was made is put away
  await visitor.press('Убрать счёт из кабинета');
  await visitor.open(`${site.portal}/payments/templates`);
  await visitor.press(/^Удалить шаблон/);
  await visitor.open(`${site.portal}/payments/cards`);
  await visitor.press(/^Удалить карту/);
  await visitor.leave();
});

test('money for another: the payer reads no name, the debtor sees who has helped, each by initials', async ({ browser }) => {
  const owner = await reader(browser, aliya);
  await expect.poll(async () => { // the register has told the portal
    await owner.page.reload();
    return owner.page.locator('main').innerText();
  }, { timeout: 60_000 }).toContain('Транспортный налог');
  await charge(owner, 'Транспортный налог');
  const row = owner.page.locator('.govuk-summary-list__row', { hasText: 'УИН' });
  const uin = await row.locator('dd').innerText();
  const page = owner.page.url();

  const helper = await reader(browser, timur);
  const stranger = await helper.page.goto(page); // whoever has not named the number
  expect(stranger.status()).toBe(404);
  helper.troubles.length = 0;
  await find(helper, 'УИН', uin);
  await helper.heading('Оплата');
  await expect(helper.page.locator('main')).toContainText('на квитанции будет и ваше имя: Хабибуллин Тимур');
  await expect(helper.page.locator('main')).not.toContainText('Гарипова');
  await helper.answer({ 'Сколько оплатить сейчас': '3419,50' });
  await helper.press('Перейти к оплате');
  await expect(helper.page.locator('.govuk-error-summary')).toContainText('Останется меньше рубля');
  await helper.answer({ 'Сколько оплатить сейчас': '420' });
  await helper.press('Перейти к оплате');
  await helper.press(/^Оплатить 420/);
  await helper.until('Оплачено 420');
  await helper.press('Квитанции за то, что уже оплачено');
  await expect(helper.page.locator('main')).toContainText('Хабибуллин Тимур');
  await expect(helper.page.locator('main')).toContainText('А. М. Г.');
  await expect(helper.page.locator('main')).not.toContainText('Гарипова');
  await helper.leave();

  await owner.open(page);
  await expect(owner.page.locator('main')).toContainText('3 000');
  await owner.open(`${page}/receipt`);
  await expect(owner.page.locator('main')).toContainText('Гарипова Алия');
  await expect(owner.page.locator('main')).toContainText(/Т\. (И\. )?Х\./);
  await expect(owner.page.locator('main')).not.toContainText('Хабибуллин');
  await owner.leave();
});
