// The cabinet: documents that fill forms, a life situation with one set of answers, what the portal tells, the export, the end.
import { readFileSync } from 'node:fs';
import { test, expect } from '@playwright/test';
import { Visitor, message } from '../helpers.js';
import { site } from '../playwright.config.js';
import { begin, paper, walk } from '../filer.js';
import { enter, pay, password } from '../story.js';

const aliya = { first: 'Алия', phone: '+79172000001', password };

test('documents fill a form, one set of answers files three applications, and everything is taken away', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { page } = visitor;
  await visitor.open(`${site.portal}/documents`);
  await enter(visitor, aliya);
  await visitor.open(`${site.portal}/documents`);
  await expect(page.locator('main')).toContainText('9912345678'); // ESIA's licence, verified
  await expect(page.locator('main')).toContainText('А123ВС116');
  await visitor.open(`${site.portal}/documents/new/bank`);
  await visitor.answer({ 'БИК банка': '049205805', 'Номер счёта': '40817810862000000016' });
  await visitor.press('Сохранить');
  await expect(page.locator('.govuk-error-summary')).toContainText('не подходит к БИК');
  await visitor.answer({ 'Номер счёта': '40817810862000000017' });
  await visitor.press('Сохранить');
  await expect(page.locator('main')).toContainText('Документ сохранён');

  await visitor.open(`${site.portal}/bundles`);
  await visitor.press('В семье родился ребёнок');
  await visitor.press('Дальше');
  await expect(page.getByLabel('Номер счёта')).toHaveValue('40817810862000000017');
  await visitor.answer({ 'Фамилия ребёнка': 'Гарипов', 'Имя ребёнка': 'Илназ', 'Дата рождения ребёнка': '9.03.2022', 'СНИЛС ребёнка': '08765430200',
    'Свидетельство о рождении: серия и номер': 'II-КБ 123456' });
  await visitor.press('Подготовить заявления');
  await expect(page.locator('main')).toContainText('Осталось подать 3 заявления');
  const bundle = page.url();
  for (const service of ['Ежемесячное пособие на ребёнка', 'Компенсация платы за детский сад', 'Очередь в детский сад']) {
    await visitor.open(bundle);
    await visitor.press(new RegExp(`^\\s*${service}`));
    for (let i = 0; i < 3 && !/check$/.test(new URL(page.url()).pathname); i++) { // from its page into what is left to answer
      if (!/steps/.test(page.url())) await visitor.press(/^(Продолжить|Проверить ответы)$/);
      await walk(visitor, { state_care: 'no', rights_taken: 'no', students: 'no', pays: 'yes', special: 'none', certificate_place: 'tatarstan' });
    }
    await visitor.press(/^Подписать/);
    await expect(page.locator('#number'), service).toBeVisible();
  }
  await visitor.open(bundle);
  await expect(page.locator('main')).not.toContainText('Осталось подать');

  await visitor.open(`${site.portal}/cabinet`);
  await expect(page.locator('main')).toContainText('Мои заявления');
  await visitor.press('Кто смотрел мои данные');
  await visitor.open(`${site.portal}/notices/settings`);
  await page.getByRole('checkbox', { name: 'По СМС' }).first().uncheck();
  await visitor.press('Сохранить');
  await expect(page.getByRole('checkbox', { name: 'По СМС' }).first()).not.toBeChecked();
  await page.getByRole('checkbox', { name: 'По СМС' }).first().check(); // the journeys after this one wait for their invitations
  await visitor.press('Сохранить');
  await expect(page.getByRole('checkbox', { name: 'По СМС' }).first()).toBeChecked();
  await visitor.open(`${site.portal}/place?next=/offices`);
  await visitor.answer({ 'Выберите город или район': 'Набережные Челны' });
  await visitor.press('Сохранить');
  await expect(page.locator('main')).toContainText('Сююмбике');

  await visitor.open(`${site.portal}/settings/export`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Скачать архив' }).click()]);
  const names = readFileSync(await download.path()).toString('latin1'); // an archive says the names of its files openly
  for (const name of ['account.json', 'documents.json', 'payments.json', 'journal.json', 'support.json', 'notices.json']) expect(names).toContain(name);
  expect(names.match(/application\.json/g).length).toBeGreaterThanOrEqual(3);

  await visitor.leave();
});

test('what is typed without a network waits on the device and is sent later; whoever signs in and pays does not feel the worker', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, serviceWorkers: 'allow' });
  const { page, context } = visitor;
  await visitor.open(`${site.portal}/documents`);
  await enter(visitor, aliya);
  await visitor.open(`${site.portal}/documents/new/bank`);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await visitor.answer({ 'БИК банка': '049205805', 'Номер счёта': '40817810862000000017' });
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(page.locator('main')).toContainText('Вписанное не пропало');
  await expect(page.getByLabel('Номер счёта')).toHaveValue('40817810862000000017');
  await page.reload(); // the worker has a page for that, and what was typed is still there
  await visitor.heading('Нет связи с интернетом');
  await expect(page.getByRole('button', { name: 'Отправить ещё раз' })).toBeVisible();
  await context.setOffline(false);
  visitor.troubles.length = 0; // the browser told of the network that was away
  await visitor.press('Отправить ещё раз');
  await expect(page.locator('main')).toContainText('Документ сохранён');
  expect(await page.evaluate(() => sessionStorage.getItem('tamga-kept'))).toBeNull();

  await visitor.open(`${site.portal}/support/new`); // words are kept on the device, files are not, and their field says so
  await visitor.answer({ 'Опишите вопрос': 'Где моя квитанция?' });
  await page.locator('#files').setInputFiles(paper('чек.pdf'));
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Отправить' }).click();
  await page.reload();
  await visitor.heading('Нет связи с интернетом');
  await context.setOffline(false);
  visitor.troubles.length = 0;
  await visitor.press('Отправить ещё раз');
  await expect(page.locator('#text')).toHaveValue('Где моя квитанция?');
  await expect(page.locator('#files')).toHaveAccessibleDescription(/Файл не сохранился на устройстве, приложите его снова/);

  await visitor.press('Выйти');
  await visitor.open(`${site.portal}/documents`);
  expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await enter(visitor, aliya); // to the provider and back, under the worker
  await begin(visitor, 'state-duties');
  expect(await walk(visitor, { duty_kind: 'passport', duty_exempt: 'none' })).toMatch(/check$/);
  await visitor.press(/^Подписать/);
  await pay(visitor, '300 ₽'); // to the bank and back
  expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await visitor.leave();
});

test('a person who is not signed in finds the offices of their district, without JavaScript', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await visitor.open(`${site.portal}/place?next=/offices`);
  await visitor.answer({ 'Или напишите': 'Урюпинск' });
  await visitor.press('Сохранить');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Не нашли');
  await visitor.answer({ 'Или напишите': 'Казань, Советский район' });
  await visitor.press('Сохранить');
  await expect(visitor.page.locator('main')).toContainText('Аделя Кутуя');
  await expect(visitor.page.locator('main')).not.toContainText('Сююмбике');
  await visitor.leave();
});

test('a cabinet made by telephone keeps a document and is deleted with its password, without JavaScript', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  await visitor.open(`${site.portal}/register`);
  await visitor.answer({ 'Мобильный телефон': '+79170000077' });
  await page.getByRole('checkbox').first().check();
  await visitor.press('Зарегистрироваться');
  const first = (await message(page.request, '+79170000077', /[a-z]{4}-[a-z]{4}-\d{4}/)).match(/[a-z]{4}-[a-z]{4}-\d{4}/)[0];
  await visitor.answer({ 'Пароль': first });
  await visitor.press('Войти', page.locator('main'));
  await visitor.open(`${site.portal}/documents/new/inn`);
  await visitor.answer({ 'Номер ИНН': '165504321780' });
  await visitor.press('Сохранить');
  await expect(page.locator('main')).toContainText('Вписано вами');
  await visitor.open(`${site.portal}/settings/delete`);
  await visitor.answer({ 'Пароль от кабинета': first });
  await visitor.press('Удалить кабинет');
  await expect(page.locator('.govuk-error-summary')).toContainText('понимаете последствия');
  await visitor.answer({ 'Я понимаю, что кабинет нельзя будет восстановить': true, 'Пароль от кабинета': first });
  await visitor.press('Удалить кабинет');
  await visitor.heading('Кабинет удалён');
  await visitor.open(`${site.portal}/cabinet`);
  await visitor.heading('Вход');
  await visitor.leave();
});
