// A body without a system of its own: what a citizen files comes to the workplace on the staff site, and comes back decided.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { begin, paper, walk } from '../filer.js';
import { site } from '../playwright.config.js';
import { enter, password } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };
const ministry = 'Министерство строительства, архитектуры и жилищно-коммунального хозяйства Республики Татарстан';

// file sends an application for a building permit and gives its number.
async function file(visitor) {
  await begin(visitor, 'building-permit');
  await walk(visitor, { object_type: 'flats' });
  await visitor.press(/^Подписать/);
  await visitor.until('Заявление в ведомстве');
  return visitor.page.locator('#number').innerText();
}

// unfold opens a form of the case's page.
async function unfold(visitor, title) {
  await visitor.page.locator('summary', { hasText: title }).click();
}

test('a clerk asks for a paper, decides and issues the document; another is refused with a ground', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await visitor.open(`${site.portal}/services/child-benefit`);
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  const number = await file(visitor);
  const status = visitor.page.url();

  const clerk = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await clerk.open(`${site.intra}/sign-in`);
  await clerk.answer({ 'Организация': ministry });
  await clerk.press('Продолжить');
  await clerk.answer({ 'Сотрудник': 'Хасанова Алсу Ринатовна', 'Пароль': password });
  await clerk.press('Войти', clerk.page.locator('main'));
  await clerk.open(`${site.intra}/workplace`);
  await clerk.press(number);
  await expect(clerk.page.locator('main')).toContainText(`${amina.last} ${amina.first}`);
  await clerk.press('Поручить');
  await clerk.press('Принять в работу');
  await visitor.until('Ведомство приняло заявление');

  await test.step('a paper is asked for, and the citizen reads of it', async () => {
    await unfold(clerk, 'Запросить документы');
    await clerk.press('Отправить запрос'); // with nothing typed
    await expect(clerk.page.locator('.govuk-error-summary')).toContainText('что нужно');
    await clerk.answer({ 'Что нужно и зачем': 'На схеме не видно границ участка.', 'Какие документы приложить': 'Схема участка с границами' });
    await clerk.press('Отправить запрос');
    await expect(clerk.page.locator('#state')).toContainText('Ждём гражданина до');
    await visitor.until('не видно границ участка');
  });
  await test.step('the document is issued, and the citizen sees the end', async () => {
    await clerk.press('Начать рассмотрение');
    await unfold(clerk, 'Выдать документ');
    await clerk.answer({ 'Название документа': 'Разрешение на строительство' });
    await clerk.page.getByLabel('Файл PDF').setInputFiles(paper('разрешение.pdf'));
    await clerk.press('Отправить документ гражданину');
    await expect(clerk.page.locator('main')).toContainText('SHA-256');
    await clerk.press('Услуга оказана');
    await visitor.open(status);
    await visitor.until('Услуга оказана');
    await expect(visitor.page.locator('main')).toContainText('Разрешение на строительство');
  });
  await test.step('nothing is refused without a ground', async () => {
    const other = await file(visitor);
    await clerk.open(`${site.intra}/workplace`);
    await clerk.press(other);
    await unfold(clerk, 'Отказать');
    await clerk.press('Отказать', clerk.page.locator('form[action$="/refuse"]'));
    await expect(clerk.page.locator('.govuk-error-summary')).toContainText('без него отказать нельзя');
    await clerk.answer({ 'Основание отказа': 'Заявитель не имеет права на эту услугу' });
    await clerk.press('Отказать', clerk.page.locator('form[action$="/refuse"]'));
    await visitor.until('Заявитель не имеет права на эту услугу');
  });
  for (const one of [visitor, clerk]) await one.leave();
});
