// The main job: two people who have never met the portal marry by it, and a clerk finds their payment.
import { test, expect } from '@playwright/test';
import { Visitor, message, snils } from '../helpers.js';
import { site } from '../playwright.config.js';
import { bind, consent, decide, enter, find, part, password, pay, register, shared } from '../story.js';

const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', snils: '08765430300', password };
const aliya = { last: 'Гарипова', first: 'Алия', phone: '+79172000001', snils: '11211244575', password };

const dina = { last: 'Зарипова', first: 'Дина', middle: 'Рустемовна', sex: 'F', born: '14.02.1999', birthplace: 'г. Казань',
  phone: '+79600000101', email: 'dina@e2e.tamga.example', password: 'Svadba2027', snils: snils('201000101'),
  passport: '9219 300101', issued: '01.03.2019' };
const ilnur = { last: 'Каримов', first: 'Ильнур', middle: 'Айратович', sex: 'M', born: '30.11.1995', birthplace: 'г. Альметьевск',
  phone: '+79600000102', email: 'ilnur@e2e.tamga.example', password: 'Svadba2027', snils: snils('201000102'),
  passport: '9215 300102', issued: '20.12.2015' };

const clerks = {
  guzel: { name: 'Валеева Гузель Рашитовна', password },
  oleg: { name: 'Кузнецов Олег Павлович', password: 'Temp2026', own: 'Vesna20277' },
};

// story is told with scripts and without.
async function story(browser, options, { newcomer, role, other, surname, clerk }) {
  const first = await Visitor.enter(browser, options);
  const second = await Visitor.enter(browser, options);
  const staff = await Visitor.enter(browser, options);

  await test.step('a newcomer finds the service and gets an account', async () => {
    await find(first, 'свадьба', 'Регистрация брака');
    await first.press('Подать заявление');
    await first.heading('Нужна стандартная учётная запись ЕСИА');
    await first.press('Войти через ЕСИА');
    await register(first, newcomer);
    await first.press('Вернуться на сайт «Портал государственных услуг»');
    await consent(first);
    await bind(first, newcomer);
    await first.heading('Регистрация брака');
    await first.press('Подать заявление');
  });

  let token;
  await test.step('fills in the common and the own part and invites the other', async () => {
    await shared(first, { role, office: 'Отдел ЗАГС Советского района' });
    await part(first, newcomer, { surname });
    await first.heading('Проверьте ответы');
    await first.press('Пригласить');
    await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': other.snils, 'Мобильный телефон': other.phone },
      'Отправить приглашение');
    await first.heading('Ждём второго заявителя');
    token = (await message(first.page.request, other.phone, new RegExp(`${newcomer.first}.*приглашает вас`))).match(/https?:\S+/)[0];
  });

  await test.step('the other accepts, fills in and signs', async () => {
    await second.open(token);
    await enter(second, other);
    await second.heading('Вас приглашают подать заявление вместе');
    await expect(second.page.locator('main')).toContainText(newcomer.first);
    await second.press('Принять и заполнить свою часть');
    await second.heading('Заполните свою часть');
    await second.press('Продолжить');
    await part(second, other, { surname: '' });
    await second.heading('Проверьте ответы');
    await second.press('Подписать');
  });

  let receipt;
  await test.step('the first signs and pays at the bank', async () => {
    await first.until('Проверьте и подпишите');
    await first.press('Проверить и подписать');
    await first.press(/^Подписать/);
    receipt = await pay(first, '350 ₽');
  });

  let number;
  await test.step('АИС ЗАГС has received it and accepts', async () => {
    await first.until('Заявление в ведомстве');
    number = await first.page.locator('#number').innerText();
    await decide(staff, 'АИС ЗАГС', number);
    await expect(staff.page.locator('main')).toContainText(newcomer.last);
    await expect(staff.page.locator('main')).toContainText(other.last);
    await expect(staff.page.locator('main')).toContainText(receipt);
    await staff.press('Принять');
    await expect(staff.page.locator('main')).toContainText('Принято');
  });

  await test.step('both see each status with its date', async () => {
    for (const visitor of [first, second]) {
      await visitor.open(`${site.portal}/cabinet`);
      await visitor.press('Регистрация брака', visitor.page.locator('main'));
      await visitor.until('Ведомство приняло заявление');
      const history = visitor.page.locator('#history .govuk-summary-list__row');
      for (const event of ['Заявление начато', 'Подписано', 'Подписали все', 'Оплачено',
        'Заявление принято порталом', 'Ведомство получило заявление', 'Ведомство приняло заявление']) {
        await expect(history.filter({ hasText: event }).first()).toContainText(/\d{1,2} [а-я]+ \d{4}/);
      }
      await expect(history.filter({ hasText: 'Подписано: ' })).toHaveCount(2);
      await expect(visitor.page.locator('#parties')).toContainText('Оплачено');
    }
  });

  await test.step('a clerk finds the payment by receipt and by name', async () => {
    await employ(staff, 'Управление ЗАГС Кабинета Министров Республики Татарстан', clerk);
    await staff.press('Государственные услуги', staff.page.locator('main'));
    await staff.press('Платежи', staff.page.locator('main'));
    for (const words of [receipt, `${newcomer.last} ${newcomer.first} ${newcomer.middle}`]) {
      await staff.answer({ 'Номер квитанции, УИН, номер заявления, телефон или ФИО': words, 'Зачем ищете': 'Гражданин звонит в контакт-центр' });
      await staff.press('Найти');
      const found = staff.page.locator(`[data-receipt="${receipt}"]`);
      for (const fact of ['Прошёл', '350 ₽', 'Государственная пошлина за регистрацию брака', /\d{1,2} [а-я]+ \d{4}/]) {
        await expect(found).toContainText(fact);
      }
    }
  });
  for (const visitor of [first, second, staff]) await visitor.leave();
}

// employ signs an employee in; with a temporary password the own one is set first.
async function employ(visitor, organisation, who) {
  await visitor.open(site.intra);
  if (await visitor.page.getByLabel('Организация').count() === 0) await visitor.open(`${site.intra}/sign-in`);
  await visitor.heading('Вход для сотрудников');
  await visitor.answer({ 'Организация': organisation });
  await visitor.press('Продолжить');
  await visitor.answer({ 'Сотрудник': who.name, 'Пароль': who.password });
  await visitor.press('Войти', visitor.page.locator('main'));
  if (!who.own) return;
  await visitor.heading('Сменить пароль');
  await visitor.open(`${site.intra}/payments`); // a temporary password opens nothing else
  await expect(visitor.page.locator('main')).toContainText('Сначала задайте собственный пароль');
  await visitor.open(`${site.intra}/password`);
  await visitor.answer({ 'Новый пароль': 'korotkiy', 'Новый пароль ещё раз': 'korotkiy' });
  await visitor.press('Сохранить пароль');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('не меньше 10 знаков');
  await visitor.answer({ 'Новый пароль': who.own, 'Новый пароль ещё раз': who.own });
  await visitor.press('Сохранить пароль');
}

test('two people marry and a clerk finds their payment', async ({ browser }) => {
  await story(browser, {}, { newcomer: dina, role: 'Невеста', other: timur, surname: 'Хабибуллина', clerk: clerks.oleg });
});

test('the same without JavaScript', async ({ browser }) => {
  await story(browser, { javaScriptEnabled: false },
    { newcomer: ilnur, role: 'Жених', other: aliya, surname: '', clerk: clerks.guzel });
});

test('an employee without access sees no payments', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await employ(visitor, 'Республиканский центр материальной помощи', { name: 'Сафина Ляйсан Наилевна', password });
  await visitor.press('Государственные услуги', visitor.page.locator('main'));
  await expect(visitor.page.locator('main')).toContainText('Вам пока ничего не открыто');
  await expect(visitor.page.getByRole('link', { name: 'Платежи' })).toHaveCount(0);
  await visitor.open(`${site.intra}/payments`);
  await expect(visitor.page.locator('main')).toContainText('У вас нет доступа к этому разделу');
  await expect(visitor.page.getByLabel('Номер квитанции, УИН, номер заявления, телефон или ФИО')).toHaveCount(0);
  await visitor.leave();
});
