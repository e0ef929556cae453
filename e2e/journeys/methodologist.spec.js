// The search as people ask, and the desk of whoever writes services: what was not found, a service looked through, changed, published.
import { test, expect } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { Visitor } from '../helpers.js';
import { catalog, site } from '../playwright.config.js';
import { password } from '../story.js';

const plain = { javaScriptEnabled: false };

test('the search answers as people ask, with scripts and without', async ({ browser }) => {
  for (const options of [{}, plain]) {
    const visitor = await Visitor.enter(browser, options);
    const { page } = visitor;
    for (const [words, service] of [['детский сад деньги', /Компенсация/], [',hfr', /Регистрация брака/], ['запис к врочу', /Запись к врачу/]]) {
      await visitor.open(`${site.portal}/search?q=${encodeURIComponent(words)}`);
      await expect(page.locator('main h3').first(), words).toContainText(service);
    }
    for (const path of ['/services?audience=organisation', '/services?audience=entrepreneur&topic=business']) await visitor.open(site.portal + path);
    await visitor.leave();
  }
});

test('a methodologist reads what was not found, changes a service and publishes it', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, plain);
  const main = visitor.page.locator('main');
  await visitor.open(`${site.portal}/search?q=${encodeURIComponent('паспорт дракона')}`);
  await visitor.press('Сообщить');
  await visitor.open(`${site.intra}/sign-in`);
  await visitor.answer({ 'Организация': 'Министерство информатизации и связи Республики Татарстан' });
  await visitor.press('Продолжить');
  await visitor.answer({ 'Сотрудник': 'Нуриев Марат Ильгизович', 'Пароль': password });
  await visitor.press('Войти', main);
  await visitor.open(`${site.intra}/searches`);
  await expect(main).toContainText('паспорт дракона');

  const file = `${catalog}/services/press-subscription.yaml`;
  const [was, now] = ['Подписка на газеты и журналы', 'Подписка на газеты и журналы республики'];
  writeFileSync(file, readFileSync(file, 'utf8').replace(was, now));
  await expect.poll(async () => (await visitor.page.goto(`${site.intra}/catalog`)).status(), { timeout: 60_000, message: 'the folder is read anew' }).toBe(200);
  visitor.troubles = []; // on a busy machine that takes longer than a page may
  await visitor.press(now);
  await expect(visitor.page.locator('#state')).toContainText('Есть изменения');
  await visitor.press('Что изменилось');
  await expect(visitor.page.locator('ins')).toContainText('республики');
  await visitor.open(`${site.intra}/catalog/press-subscription/preview/draft`);
  await visitor.press('Пройти форму');
  await visitor.press('Продолжить', main); // with nothing chosen
  await expect(visitor.page.locator('.govuk-error-summary')).toBeVisible();
  await visitor.open(`${site.intra}/catalog/press-subscription`);
  await visitor.press('Опубликовать сейчас');
  await expect(visitor.page.locator('#history')).toContainText('Опубликована версия 2');

  const reader = await Visitor.enter(browser, { viewport: { width: 390, height: 844 } });
  await expect.poll(async () => {
    await reader.page.goto(`${site.portal}/services/press-subscription`);
    return reader.page.locator('h1').innerText();
  }, { timeout: 60_000, message: 'the portal shows the version' }).toBe(now);
  await reader.leave();
  await visitor.leave();
});
