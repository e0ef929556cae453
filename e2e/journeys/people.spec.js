// A person and the account: personal data and their checks, the password, other devices, the journal, one's own data.
import { test, expect } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { Visitor, message } from '../helpers.js';
import { site } from '../playwright.config.js';
import { begin, walk } from '../filer.js';
import { consent, enterAs, password } from '../story.js';

const pyotr = '+79600000777'; // a namesake of the demo's, who registers himself: another journey needs that one as he is
const changed = 'Idel2026volga';

// register makes the account, from the form to the password.
async function register(visitor) {
  const { page } = visitor;
  await visitor.open(`${site.idp}/registration`);
  for (const [name, value] of Object.entries({ last_name: 'Смирнов', first_name: 'Пётр', phone: pyotr, email: 'namesake@e2e.tamga.example' })) {
    await page.locator(`main [name=${name}]`).fill(value);
  }
  await page.locator('main [name=consent]').check();
  await page.locator('main form button').first().click();
  await page.locator('main [name=code]').fill((await message(page.request, pyotr, /\d{6}/)).match(/\d{6}/)[0]);
  await page.locator('main form button').first().click();
  for (const name of ['password', 'repeat']) await page.locator(`main [name=${name}]`).fill(password);
  await page.locator('main form button[type=submit]').last().click();
  await page.waitForURL(/registration\/done/);
  await visitor.open(`${site.idp}/profile`);
}

async function signIn(visitor, secret = password, login = pyotr) {
  await visitor.open(`${site.idp}/login`);
  await visitor.page.locator('#login').fill(login);
  await visitor.page.locator('#password').fill(secret);
  await Promise.all([visitor.page.waitForEvent('load'), visitor.page.locator('#loginByPwdButton').click()]);
  await visitor.look();
}

// signedOut finds the person outside, at a page that asks to sign in.
async function signedOut(visitor) {
  await visitor.page.goto(`${site.idp}/profile`);
  await visitor.heading('Войдите');
  visitor.troubles = []; // the browser tells of 401
}

// proof gives the password once more, where a page asks for it.
async function proof(visitor, secret) {
  if (!new URL(visitor.page.url()).pathname.startsWith('/login/again')) return;
  await visitor.page.locator('input[type=password]').fill(secret);
  await visitor.press('Продолжить', visitor.page.locator('main'));
}

test('Pyotr fills in his data, changes the password, ends a session and takes his data away', async ({ browser }) => {
  test.slow();
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 } });
  const { page } = visitor;
  const other = await Visitor.enter(browser, { javaScriptEnabled: false });
  await register(visitor);
  await visitor.heading('Смирнов Пётр');
  await expect(page.locator('main')).toContainText('Упрощённый');

  await visitor.press('Повысить уровень');
  await visitor.heading('Личные данные');
  await visitor.answer({ 'Отчество': 'Алексеевич', 'Место рождения, как в паспорте': 'г. Казань', 'СНИЛС': '11223344596' });
  await visitor.press('Продолжить', page.locator('main'));
  const summary = page.locator('.govuk-error-summary');
  await expect(summary).toContainText('Дата рождения: заполните день, месяц и год');
  await expect(summary).toContainText('Дата выдачи: заполните день, месяц и год');
  await expect(summary).toContainText('СНИЛС');
  await expect(page.getByLabel('Место рождения, как в паспорте')).toHaveValue('г. Казань');
  await visitor.answer({ 'Пол': 'Мужской', 'Дата рождения': '20.01.1985', 'СНИЛС': '112-233-445 95', 'Серия и номер паспорта': '9218 120777',
    'Дата выдачи': '15.06.2018', 'Кем выдан': 'МВД по Республике Татарстан', 'Код подразделения': '160-001' });
  await visitor.press('Продолжить', page.locator('main'));
  await visitor.until('Данные подтверждены');
  await expect(page.locator('main')).toContainText('стандартный уровень');
  await message(page.request, pyotr, /стандартный уровень/);

  await signIn(other);
  await visitor.open(`${site.idp}/profile`);
  await visitor.press('Безопасность', page.locator('main'));
  await visitor.press('Пароль', page.locator('main'));
  await visitor.answer({ 'Пароль сейчас': 'Ne2tot', 'Новый пароль': changed, 'Пароль ещё раз': changed });
  await visitor.press('Сохранить пароль');
  await expect(summary).toContainText('Пароль не подошёл');
  await visitor.answer({ 'Пароль сейчас': password, 'Новый пароль': changed, 'Пароль ещё раз': changed });
  await visitor.press('Сохранить пароль');
  await expect(page.locator('main')).toContainText('Пароль изменён');
  await signedOut(other); // by the change
  await signIn(other, changed);
  await other.heading('Смирнов Пётр');

  await visitor.press('Устройства и входы', page.locator('main'));
  await visitor.press('Выйти везде, кроме этого устройства');
  await expect(page.locator('main')).toContainText('Вы вышли везде, кроме этого устройства');
  await signedOut(other);
  await visitor.press('Безопасность', page.locator('nav'));
  await visitor.press('Журнал', page.locator('main'));
  for (const line of ['Пароль изменён', 'Вход']) await expect(page.locator('main')).toContainText(line);
  await visitor.press('Изменения', page.locator('main'));

  await visitor.open(`${site.idp}/profile/export`);
  await proof(visitor, changed);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Скачать архив' }).click()]);
  expect(readFileSync(await file.path()).subarray(0, 2).toString()).toBe('PK');

  await visitor.open(`${site.idp}/profile/password`); // as it was, for the journeys after this one
  await visitor.answer({ 'Пароль сейчас': changed, 'Новый пароль': password, 'Пароль ещё раз': password });
  await visitor.press('Сохранить пароль');
  await other.leave();
  await visitor.leave();
});

test('the pages of an account, without JavaScript and on a phone', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await signIn(visitor, password, '+79172000005');
  await visitor.heading('Подтвердите вход'); // whoever serves people at a desk proves twice
  await visitor.answer({ 'Код из SMS': (await message(visitor.page.request, '+79172000005', /\b\d{6}\b/)).match(/\b\d{6}\b/)[0] });
  await visitor.press('Продолжить', visitor.page.locator('main'));
  const map = async () => visitor.page.locator('main nav a').evaluateAll((links) => links.map((a) => a.href));
  const pages = await map();
  expect(pages.length).toBeGreaterThan(6);
  for (const path of [...pages, `${site.idp}/organisations/as`, `${site.idp}/organisations/states`]) await visitor.open(path);
  await visitor.open(`${site.idp}/profile/safety`);
  for (const path of await map()) await visitor.open(path);
  await visitor.open(`${site.idp}/profile/sessions`);
  await expect(visitor.page.locator('main')).toContainText('это устройство');
  visitor.visited = new Set(['/profile', '/profile/safety', '/documents'].map((path) => site.idp + path));
  await visitor.speaks(['tt', 'en'], ['Закирова', 'Гөлнара', 'Ринатовна']);
  await visitor.leave();
});

test('an employee signs for the company while the head lets him, and no longer', async ({ browser }) => {
  const head = await Visitor.enter(browser, { javaScriptEnabled: false });
  const timur = await Visitor.enter(browser, { viewport: { width: 390, height: 844 } });
  const who = { first: 'Тимур', phone: '+79172000002', password, as: 'ООО «Кырлай»' };
  const { page } = timur;
  const sign = page.getByRole('button', { name: /Подписать/ });
  const again = async () => { // the word of ESIA is taken anew
    await timur.open(`${site.portal}/cabinet`);
    await timur.press('Выбрать другую организацию');
    await timur.heading('Войти как');
    await page.getByRole('radio', { name: who.as }).check();
    await timur.press('Продолжить');
    await consent(timur);
  };
  await timur.open(`${site.portal}/acting?service=registry-change&next=/cabinet`);
  await enterAs(timur, who);
  await begin(timur, 'taxi-permit');
  expect(await walk(timur, { record: 'no' })).toMatch(/check$/);
  const check = page.url();
  await expect(page.locator('main')).toContainText('Подписать должен другой сотрудник');
  await expect(sign).toHaveCount(0);

  await signIn(head, password, '+79172000004');
  await head.open(`${site.idp}/organisations`);
  await head.press(/Кырлай/, head.page.locator('main'));
  await head.open(`${head.page.url()}/employees`);
  await head.press(/Хабибуллин/, head.page.locator('main'));
  await head.page.getByRole('radio', { name: 'Подписывать', exact: true }).check();
  await head.press('Дать полномочие', head.page.locator('main'));
  await again();
  await timur.open(check);
  await expect(sign).toBeVisible();

  await head.press(/Отозвать.*Подписывать/, head.page.locator('main'));
  await again();
  await timur.open(check);
  await expect(sign).toHaveCount(0);
  await timur.leave();
  await head.leave();
});
