// The main job, as people do it: the acts of which the journeys are made.
import { expect } from '@playwright/test';
import { message } from './helpers.js';
import { site } from './playwright.config.js';

export const password = 'Tamga2026';

// register makes an account at the identity provider from its sign-in page, where the person stands, and raises it to standard.
export async function register(visitor, who) {
  await visitor.heading('Вход');
  await visitor.press('Зарегистрироваться');
  await visitor.heading('Регистрация');
  await visitor.press('Зарегистрироваться'); // with nothing typed: the page says what is missing
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Введите фамилию');
  await visitor.answer({ 'Фамилия': who.last, 'Имя': who.first, 'Мобильный телефон': who.phone, 'Электронная почта': who.email,
    'Согласен на обработку моих персональных данных': true });
  await visitor.press('Зарегистрироваться');
  await visitor.heading('Код из SMS');
  const sms = await message(visitor.page.request, who.phone, /код \d{6}/);
  await visitor.answer({ 'Код из 6 цифр': sms.match(/\d{6}/)[0] });
  await visitor.press('Продолжить');
  await visitor.heading('Придумайте пароль');
  await visitor.answer({ 'Новый пароль': who.password, 'Пароль ещё раз': who.password });
  await visitor.press('Сохранить пароль');
  await visitor.heading('Учётная запись создана');
  await visitor.press('Повысить уровень');
  await prove(visitor, who);
}

// prove fills the personal data and waits until both registers have confirmed them.
export async function prove(visitor, who) {
  await visitor.heading('Личные данные');
  await visitor.answer({
    'Фамилия': who.last, 'Имя': who.first, 'Отчество': who.middle, 'Пол': who.sex === 'F' ? 'Женский' : 'Мужской',
    'Дата рождения': who.born, 'Место рождения, как в паспорте': who.birthplace, 'СНИЛС': who.snils, 'Гражданство': 'Россия',
    'Серия и номер паспорта': who.passport, 'Дата выдачи': who.issued, 'Кем выдан': 'МВД по Республике Татарстан',
    'Код подразделения': '160-001',
  });
  await visitor.press(/^(Отправить|Проверить|Продолжить)/);
  await visitor.until('Данные подтверждены');
  await expect(visitor.page.locator('main')).toContainText('стандартный уровень');
}

// signIn signs in at the identity provider, which the person has come to, and lets the portal know the person.
export async function signIn(visitor, who) {
  await visitor.heading('Вход');
  await visitor.answer({ 'Телефон, почта или СНИЛС': who.phone, 'Пароль': who.password });
  await visitor.press('Войти', visitor.page.locator('main'));
  await consent(visitor);
}

// consent lets the portal read the account, the first time it asks.
export async function consent(visitor) {
  if (!visitor.page.url().startsWith(site.idp)) return;
  await visitor.heading('Вход на сайт');
  await visitor.press('Предоставить');
}

// bind makes a cabinet on the portal for somebody who has none.
export async function bind(visitor, who) {
  await visitor.heading('Кабинет на портале');
  await expect(visitor.page.locator('main')).toContainText(who.first);
  const fresh = visitor.page.locator('form#new');
  await fresh.getByRole('checkbox').check();
  await visitor.press('Создать кабинет');
}

// find goes from the home page to the page of a service, by the words a person would use.
export async function find(visitor, words, service) {
  await visitor.open(site.portal);
  const box = visitor.page.getByRole('searchbox').or(visitor.page.getByRole('combobox')); // with scripts it suggests
  await box.first().fill(words);
  await visitor.press('Найти');
  await visitor.heading('Поиск');
  await visitor.press(service);
  await visitor.heading(service);
}

// shared answers what a couple is asked once. see is called with a name at the pages worth a picture.
export async function shared(visitor, { role, office }, see = () => {}) {
  await visitor.step('Прежде чем начать', { 'Есть ли что-то, что мешает заключить брак?': 'Нет, препятствий нет',
    'Сможете ли вы оба войти на портал и подписать заявление?': 'Да, оба' });
  await visitor.step('Кто вы в этой паре', { 'Вы жених или невеста?': role });
  await see('offices');
  await visitor.step('Где зарегистрировать брак', { 'Отдел ЗАГС': office });
  await visitor.step('Как пройдёт регистрация', { 'Нужна ли торжественная обстановка?': 'Да, торжественная регистрация' });
  await visitor.heading('Дата и время');
  await see('slot');
  await visitor.press('Сохранить и продолжить'); // without a choice
  await expect(visitor.page.locator('.govuk-error-summary')).toBeVisible();
  await visitor.page.getByRole('radio').first().check();
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Общие дети', {});
}

// part answers what each of the two is asked. The account has filled in most of it.
export async function part(visitor, who, { surname }, see = () => {}) {
  await visitor.heading('Ваше имя');
  await see('name');
  await expect(visitor.page.getByLabel('Фамилия', { exact: true })).toHaveValue(who.last);
  await expect(visitor.page.getByLabel('Имя', { exact: true })).toHaveValue(who.first);
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Рождение', {});
  await visitor.step('Гражданство', { 'Образование': 'Высшее' });
  await visitor.step('Семейное положение', { 'Были ли вы раньше в браке?': 'Нет, это первый брак' });
  await visitor.step('Место жительства', { 'Город или село': 'Казань', 'Улица': 'ул. Баумана', 'Дом, корпус, строение': '1', 'Квартира или офис': '5' });
  await visitor.step('Документ, удостоверяющий личность', { 'С каким документом вы придёте?': 'Паспорт гражданина России' });
  await see('passport');
  await visitor.step('Паспорт', {});
  await visitor.step('Фамилия после брака', { 'Какая фамилия будет у вас?': surname ? 'Возьму фамилию супруга или супруги' : 'Оставлю свою' });
  if (surname) await visitor.step('Как будет писаться новая фамилия', { 'Фамилия после брака': surname });
  await visitor.step('Как с вами связаться', {});
  await visitor.step('Согласие', { 'Я вступаю в брак добровольно': true, 'Я согласен на обработку моих данных': true });
}

// enter signs in through the identity provider and makes a cabinet when there is none yet.
export async function enter(visitor, who) {
  await visitor.press(/^(Войти|Вход) через ЕСИА$/);
  await signIn(visitor, who);
  if (await visitor.page.locator('form#new').count()) await bind(visitor, who);
}

// decide opens what a department has received and presses its button.
export async function decide(visitor, department, number, ...buttons) {
  await visitor.open(site.stands);
  await visitor.press(department);
  await visitor.press(number);
  for (const button of buttons) await visitor.press(button);
}

// pay pays at the bank, from the page of the application to its receipt and back, and gives the number of the receipt.
export async function pay(visitor, sum) {
  await visitor.heading('Осталось оплатить');
  await visitor.press(`Оплатить ${sum}`);
  await visitor.heading('Оплата');
  await visitor.press(`Оплатить ${sum}`);
  await visitor.heading('Оплата заказа');
  expect(visitor.page.url()).toContain(site.stands);
  await visitor.press(`Оплатить ${sum}`);
  await visitor.until('Оплачено');
  await expect(visitor.page.locator('main')).toContainText(sum);
  const receipt = (await visitor.page.locator('main').innerText()).match(/\d{4}-\d{4}-\d{4}/)[0];
  await visitor.press('Продолжить');
  return receipt;
}

// enterAs goes through the provider from the page that says in whose name a service is begun.
export async function enterAs(visitor, who) {
  await visitor.press('Войти как организация или ИП');
  if (await visitor.page.getByLabel('Телефон, почта или СНИЛС').count()) {
    await visitor.answer({ 'Телефон, почта или СНИЛС': who.phone, 'Пароль': who.password });
    await visitor.press('Войти', visitor.page.locator('main'));
  }
  await visitor.heading('Войти как');
  await visitor.page.getByRole('radio', { name: who.as }).check();
  await visitor.press('Продолжить');
  await consent(visitor);
  if (await visitor.page.locator('form#new').count()) await bind(visitor, who);
}
