// The ways from a standard account to a confirmed one: a code in a registered letter, a bank, an e-signature. (A service centre: signin and Go.)
// It runs late in the alphabet: Алия is confirmed after it.
import { test, expect } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Visitor, message, snils } from '../helpers.js';
import { data, site } from '../playwright.config.js';
import { password, register } from '../story.js';

const zilya = { last: 'Нәбиуллина', first: 'Зилә', middle: 'Фәритовна', sex: 'F', born: '03.05.1990', birthplace: 'г. Арск',
  phone: '+79600000201', email: 'zilya@e2e.tamga.example', password: 'Svadba2027', snils: snils('201000201'), passport: '9211 300201', issued: '01.06.2010' };
const rustem = { last: 'Сафин', first: 'Рустем', middle: 'Ильдарович', sex: 'M', born: '17.09.1984', birthplace: 'г. Чистополь',
  phone: '+79600000202', email: 'rustem@e2e.tamga.example', password: 'Svadba2027', snils: snils('201000202'), passport: '9204 300202', issued: '20.10.2004' };

const told = (visitor) => expect(visitor.page.locator('main'));
const summary = (visitor) => expect(visitor.page.locator('.govuk-error-summary'));

// newcomer is at the page that offers the ways, with an account that the registers have checked.
async function newcomer(browser, who, options) {
  const visitor = await Visitor.enter(browser, options);
  await visitor.open(`${site.idp}/login`);
  await register(visitor, who);
  await visitor.open(`${site.idp}/confirm`);
  await visitor.heading('Подтвердите учётную запись');
  return visitor;
}

// confirmed looks at the end of each way, and at what is left of it.
async function confirmed(visitor, how) {
  await visitor.heading('Учётная запись подтверждена');
  await visitor.open(`${site.idp}/levels`);
  await told(visitor).toContainText(how);
  await visitor.open(`${site.idp}/confirm/letter`); // the back button: nothing is offered twice
  await expect(visitor.page.getByRole('button', { name: 'Заказать письмо' })).toHaveCount(0);
}

test('a code in a registered letter, on a phone without JavaScript', async ({ browser }) => {
  const visitor = await newcomer(browser, zilya, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await visitor.press(/Получить код заказным письмом/);
  await visitor.press('Заказать письмо');
  await summary(visitor).toContainText('Введите полный адрес');
  await visitor.answer({ 'Адрес': '422000, г. Арск, ул. Тукая, д. 5, кв. 1' });
  await visitor.press('Заказать письмо');
  await told(visitor).toContainText('Когда получите письмо, введите код');

  const { page } = visitor;
  const post = await page.context().newPage();
  const letter = post.locator('article', { hasText: zilya.last });
  await expect(async () => {
    await post.goto(`${site.stands}/post`);
    await expect(letter).toContainText('г. Арск, ул. Тукая, д. 5, кв. 1', { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  const code = (await letter.innerText()).match(/[0-9A-Z]{5}-[0-9A-Z]{5}/)[0];
  await post.close();

  await visitor.answer({ 'Код из письма': '11111-22222' });
  await visitor.press('Подтвердить');
  await summary(visitor).toContainText('Код не подошёл');
  await visitor.answer({ 'Код из письма': code.toLowerCase().replace('-', ' ') }); // as people type
  await visitor.press('Подтвердить');
  await confirmed(visitor, 'введён код из заказного письма');
  visitor.visited = new Set([`${site.idp}/levels`, `${site.idp}/confirm/done`, `${site.idp}/confirm/centres`]);
  await visitor.speaks(['tt', 'en'], []);
  await visitor.leave();
});

test('a bank tells who it is', async ({ browser }) => {
  const visitor = await newcomer(browser, rustem);
  const toBank = async () => {
    await visitor.press(/^Перейти: /);
    await visitor.heading('Вход в учебный банк');
  };
  await visitor.press(/Подтвердить через онлайн-банк/);
  await toBank();
  await visitor.press('Отказаться');
  await told(visitor).toContainText('Вы не разрешили банку ответить');
  await visitor.open(`${site.idp}/confirm/bank`);
  await toBank();
  const details = async (fields) => {
    await visitor.answer({ 'Вы — клиент банка:': 'Другой клиент: данные ниже' });
    await visitor.page.locator('summary').click();
    await visitor.answer({ 'Фамилия': rustem.last, 'Имя': rustem.first, 'Отчество': rustem.middle, 'Дата рождения, например 1998-04-12': '1984-09-17',
      'СНИЛС': rustem.snils, 'Серия и номер паспорта': rustem.passport, ...fields });
    await visitor.press('Разрешить');
  };
  await details({ 'Серия и номер паспорта': '9204 999999' });
  await told(visitor).toContainText('В банке указан другой паспорт');
  await visitor.open(`${site.idp}/confirm/bank`);
  await toBank();
  await details({});
  await confirmed(visitor, 'личность подтвердил банк');
  await message(visitor.page.request, rustem.phone, /подтвержден/i);
  await visitor.leave();
});

test("an e-signature of one's own, made by OpenSSL", async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  const { page } = visitor;
  const folder = join(data, 'signature');
  const sign = (text) => {
    writeFileSync(join(folder, 'text.txt'), text);
    execFileSync('openssl', ['cms', '-sign', '-binary', '-outform', 'PEM', '-signer', join(folder, 'aliya.pem'), '-inkey', join(folder, 'aliya.key'),
      '-in', join(folder, 'text.txt'), '-out', join(folder, 'text.p7s')], { stdio: 'ignore' });
    return join(folder, 'text.p7s');
  };
  const download = async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Скачать/ }).click()]);
    return readFileSync(await file.path());
  };

  await visitor.open(`${site.idp}/login/signature`); // signs in by it first
  await page.locator('input[type=file]').setInputFiles(sign('another text'));
  await page.locator('main form button').last().click();
  await summary(visitor).toContainText('Подпись не подошла к этому тексту');
  await page.locator('input[type=file]').setInputFiles(sign(await download()));
  await Promise.all([page.waitForURL(`${site.idp}/profile`), page.locator('main form button').last().click()]);
  await visitor.heading('Гарипова Алия');

  await visitor.open(`${site.idp}/confirm/signature`);
  await page.locator('main form textarea').fill(readFileSync(sign(await download()), 'utf8')); // pasted
  await visitor.press('Подтвердить', page.locator('main'));
  await confirmed(visitor, 'личность подтверждена электронной подписью');
  await visitor.open(`${site.idp}/profile/events`);
  await told(visitor).toContainText('Учётная запись подтверждена');
  await visitor.leave();
});
