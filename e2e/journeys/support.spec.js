// Support: a question is answered inside its clock and asked again; a caller hears what a call may see; planned works are announced.
import { test, expect } from '@playwright/test';
import { Visitor, message } from '../helpers.js';
import { paper } from '../filer.js';
import { site } from '../playwright.config.js';
import { enter, password } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };

async function asOfficer(browser) {
  const officer = await Visitor.enter(browser);
  await officer.open(`${site.intra}/sign-in`);
  await officer.answer({ 'Организация': 'Министерство информатизации и связи Республики Татарстан' });
  await officer.press('Продолжить');
  await officer.answer({ 'Сотрудник': 'Нуриев Марат Ильгизович', 'Пароль': password });
  await officer.press('Войти', officer.page.locator('main'));
  return officer;
}

test('a question with a file is answered from a template, asked again and closed', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await visitor.open(`${site.portal}/search?q=${encodeURIComponent('забыла пароль')}`);
  await visitor.press('Забыл пароль'); // the knowledge base, under the services
  await visitor.open(`${site.portal}/services/child-benefit`);
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  await visitor.open(`${site.portal}/support`);
  await visitor.press('Написать в поддержку');
  await visitor.press('Отправить'); // with nothing typed
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Выберите тему');
  await visitor.answer({ 'С чем вы обращаетесь?': 'Что-то не работает', 'О чём': 'Оплата', 'Опишите вопрос': 'Я заплатила, а портал пишет, что нет.' });
  await visitor.page.getByLabel('Файлы').setInputFiles(paper('квитанция.pdf'));
  await visitor.press('Отправить');
  await expect(visitor.page.locator('main')).toContainText('Ответим до');
  await expect(visitor.page.locator('main')).toContainText('квитанция.pdf');
  const number = (await visitor.page.locator('h1').innerText()).match(/\d{3}-\d{3}-\d{3}/)[0];

  const officer = await asOfficer(browser);
  await officer.open(`${site.intra}/support`);
  await officer.press(number);
  await officer.press('Взять в работу');
  await officer.press('Передать дальше');
  await expect(officer.page.locator('main')).toContainText('Ответственное лицо');
  await officer.press('Платёж найден');
  await officer.press('Отправить ответ');
  await expect(officer.page.locator('main')).not.toContainText('Срок нарушен');
  await visitor.until('Ваш платёж найден');
  await visitor.answer({ 'Дополнить или спросить ещё': 'Спасибо. А когда придёт чек?' });
  await visitor.press('Отправить сообщение');
  await officer.open(`${site.intra}/support`);
  await officer.press(number);
  await officer.answer({ 'Ответ гражданину': 'Чек уже в личном кабинете.' });
  await officer.press('Отправить ответ');
  await visitor.until('Чек уже в личном кабинете');
  await visitor.press('Вопрос решён');
  await expect(visitor.page.locator('main')).toContainText('Закрыто');
  await officer.open(`${site.intra}/support/report`);
  await expect(officer.page.locator('main')).toContainText('100 %');
  for (const one of [visitor, officer]) await one.leave();
});

test('a stranger is answered by mail, a caller is looked up, works are announced, without JavaScript', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { javaScriptEnabled: false });
  await visitor.open(`${site.portal}/support/new`);
  await visitor.answer({ 'С чем вы обращаетесь?': 'Вопрос', 'О чём': 'Вход и личный кабинет', 'Опишите вопрос': 'Как восстановить доступ?', 'Электронная почта': 'stranger@example.ru' });
  await visitor.press('Отправить');
  const number = (await visitor.page.locator('main').innerText()).match(/\d{3}-\d{3}-\d{3}/)[0];
  const officer = await asOfficer(browser);
  await officer.open(`${site.intra}/support`);
  await officer.press(number);
  await officer.answer({ 'Ответ гражданину': 'Нажмите «Забыли пароль?».' });
  await officer.press('Отправить ответ');
  await message(visitor.page.request, 'stranger@example.ru', /Забыли пароль/);

  await officer.open(`${site.intra}/support/calls`);
  await officer.answer({ 'Кто звонит?': 'Гражданин', 'Имя, как назвался': 'Иван', 'Зачем звонит': 'Узнать о заявлении' });
  await officer.press('Начать разговор');
  await officer.answer({ 'Номер заявления, квитанции или УИН': '1626-999999-9', 'Фамилия участника или плательщика': 'Иванов' });
  await officer.press('Найти');
  await expect(officer.page.locator('#found')).toBeVisible(); // nothing, and what to say of it
  await officer.press('Закончить разговор');

  const at = new Date(Date.now() + 14 * 24 * 3600_000).toISOString().slice(0, 10);
  await officer.open(`${site.intra}/support/status`);
  await officer.press('Опубликовать'); // with nothing typed
  await expect(officer.page.locator('.govuk-error-summary')).toBeVisible();
  await officer.answer({ 'Что сообщить?': 'Плановые работы', 'Заголовок по-русски': 'Обновляем базу', 'Заголовок по-татарски': 'Базаны яңартабыз',
    'Заголовок по-английски': 'The database is updated', 'Начало, по Москве': `${at}T20:00`, 'Конец, по Москве': `${at}T23:00` });
  await officer.press('Опубликовать');
  await visitor.open(`${site.portal}/status`);
  await expect(visitor.page.locator('main')).toContainText('Обновляем базу');
  for (const one of [visitor, officer]) await one.leave();
});
