// The other three services, the portal's own account and the languages.
import { test, expect } from '@playwright/test';
import { Visitor, message, snils } from '../helpers.js';
import { site } from '../playwright.config.js';
import { consent, decide, enter, find, password, prove, signIn } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };
const pyotr = { last: 'Смирнов', first: 'Пётр', middle: 'Алексеевич', sex: 'M', born: '20.01.1985', birthplace: 'г. Казань',
  phone: '+79172000003', email: 'pyotr@demo.tamga.example', password, snils: '16008501220', passport: '9205 120003', issued: '15.02.2005' };

test('a benefit for two children, on a phone', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await find(visitor, 'детское пособие', 'Ежемесячное пособие на ребёнка');
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  await visitor.press('Подать заявление');
  await visitor.step('Проверим, положено ли пособие', { 'Вы с ребёнком живёте в Татарстане?': 'Да',
    'Ребёнок на полном государственном обеспечении?': 'Нет', 'Лишены ли вы родительских прав или ограничены в них?': 'Нет' });
  await visitor.step('Ваши данные', { 'Кто вы ребёнку?': 'Мать' });
  await visitor.step('Паспорт', {});
  await visitor.step('Где вы живёте', { 'Город или село': 'Кырлай', 'Улица': 'Тукая', 'Дом, корпус, строение': '7' });
  await visitor.heading('Дети, на которых нужно пособие');
  await visitor.press(/^Убрать.*2/); // both children of hers are filled in
  await visitor.answer({ 'Фамилия ребёнка': 'Җиһаншин', 'Имя ребёнка': 'Нурислам', 'Дата рождения ребёнка': '05.05.2018',
    'СНИЛС ребёнка': snils('201000201'), 'Свидетельство о рождении: серия и номер': 'II-КБ 123456',
    'Дата выдачи свидетельства': '20.05.2018', 'Ребёнок учится в школе?': 'Да' });
  await visitor.press('Добавить ребёнка');
  const second = visitor.page.getByRole('group', { name: 'Ребёнок 2' });
  if (await second.count() === 0) await expect(visitor.page.locator('main')).toContainText('Ребёнок 2');
  await expect(visitor.page.getByLabel('Имя ребёнка').first()).toHaveValue('Нурислам');
  await visitor.press('Сохранить и продолжить');
  await expect(visitor.page.locator('.govuk-error-summary')).toBeVisible(); // the second child is empty
  await visitor.press(/^Убрать.*2/);
  await visitor.step('Дети, на которых нужно пособие', {});
  await visitor.step('Ваша семья', { 'Что верно для вашей семьи?': 'Родители разведены', 'Сколько человек в семье, считая вас': '2' });
  await visitor.step('Доход семьи за последние три месяца', { 'Зарплата и доход от своего дела': '54 000',
    'Пенсии, стипендии и пособия': '0', 'Алименты, которые вы получаете': '0', 'Другие доходы: аренда, проценты, подсобное хозяйство': '0' });
  await visitor.heading('Доход на одного человека');
  await expect(visitor.page.locator('main')).toContainText('9 000 ₽');
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Как получать пособие', { 'Куда перечислять деньги?': 'Через почтовое отделение' });
  await visitor.step('Почтовое отделение', { 'Индекс отделения': '422034' });
  await visitor.step('Согласие', { 'Сведения верны': true, 'Я согласен на проверку доходов': true });
  await visitor.press('Подписать и отправить');
  await visitor.until('Заявление в ведомстве');
  const url = visitor.page.url();
  const number = await visitor.page.locator('#number').innerText();
  await decide(visitor, 'Социальная защита', number, 'Принять', 'Исполнено');
  await visitor.open(url);
  await visitor.until('Услуга оказана');
  await message(visitor.page.request, amina.phone, new RegExp(`${number} оказана`));
  await visitor.leave();
});

test('compensation for the kindergarten, in three languages', async ({ browser }) => {
  const visitor = await Visitor.enter(browser);
  await find(visitor, 'садик', 'Компенсация платы за детский сад');
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  await visitor.press('Подать заявление');
  visitor.visited.clear();
  await visitor.step('Кто подаёт заявление', { 'Кем вы приходитесь ребёнку?': 'Родитель', 'Договор с детским садом подписали вы?': 'Да' });
  await visitor.step('Проверим, можно ли подать онлайн', { 'Есть ли в семье дети 18–23 лет, которые учатся очно?': 'Нет',
    'Где выдано свидетельство о рождении ребёнка?': 'В Татарстане', 'Платите ли вы за детский сад?': 'Да' });
  await visitor.step('Ваши данные', {});
  await visitor.step('Паспорт', {});
  await visitor.step('Адрес и связь', { 'Город или село': 'Кырлай', 'Улица': 'Тукая', 'Дом, корпус, строение': '7' });
  await visitor.heading('Дети, которые ходят в детский сад');
  await visitor.press(/^Убрать.*2/);
  await visitor.step('Дети, которые ходят в детский сад', { 'Фамилия ребёнка': 'Җиһаншин', 'Имя ребёнка': 'Нурислам',
    'Дата рождения ребёнка': '5 мая 2021', 'СНИЛС ребёнка': snils('201000202'), 'Свидетельство о рождении: серия и номер': 'II-КБ 123457',
    'Номер записи акта о рождении': '1234', 'Дата записи акта': '20.05.2021', 'Какой это ребёнок в семье?': 'Второй',
    'Детский сад': '№ 5, Арск', 'Номер договора': '17', 'Дата договора': '01.09.2024',
    'Ваша фамилия в свидетельстве о рождении та же, что сейчас?': 'Да' });
  await visitor.heading('Сколько вы получите');
  await expect(visitor.page.locator('main')).toContainText('572 ₽');
  await visitor.press('Сохранить и продолжить');
  await visitor.step('Куда перечислять деньги', { 'БИК банка': '049205805', 'Номер счёта': '40817810862000000017' });
  await visitor.step('Согласие', { 'Сведения верны': true, 'Я согласен на обработку данных': true });
  await visitor.heading('Проверьте ответы');
  const check = visitor.page.url();
  for (const path of ['/cabinet', '/applications', '/settings', '/settings/data', '/settings/esia', '/settings/password', '/settings/language']) {
    await visitor.open(site.portal + path);
  }
  await visitor.speaks(['tt', 'en'], [amina.last, amina.first]);
  await visitor.open(check);
  await visitor.press('Подписать и отправить');
  await visitor.until('Заявление в ведомстве');
  const url = visitor.page.url();
  await decide(visitor, 'Социальная защита', await visitor.page.locator('#number').innerText(), 'Принять');
  await visitor.open(url);
  await visitor.until('Ведомство приняло заявление');
  await visitor.leave();
});

test('pages for everybody, in three languages', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 } });
  for (const path of ['/', '/search?q=свадьба', '/services', '/services/marriage', '/situations', '/organisations', '/about', '/support',
    '/accessibility', '/privacy', '/sign-in', '/register', '/reset']) await visitor.open(site.portal + path);
  for (const path of ['/login', '/registration', '/levels']) await visitor.open(site.idp + path);
  await visitor.open(`${site.intra}/sign-in`);
  for (const path of ['/', '/outbox']) await visitor.open(site.stands + path);
  await visitor.speaks(['tt', 'en'], []);
  await visitor.leave();
});

test("the portal's own account, and its binding later", async ({ browser }) => {
  const phone = '+79600000301';
  const visitor = await Visitor.enter(browser);
  await visitor.open(site.portal);
  await visitor.press('Войти');
  await visitor.press('Регистрация');
  await visitor.answer({ 'Мобильный телефон': '8 (960) 000-03-01' });
  await visitor.press('Зарегистрироваться');
  await expect(visitor.page.locator('.govuk-error-summary')).toContainText('Отметьте согласие');
  await visitor.answer({ 'Согласен с правилами портала': true });
  await visitor.press('Зарегистрироваться');
  const sent = (await message(visitor.page.request, phone, /Ваш пароль/)).match(/Ваш пароль: (\S+?)\. /)[1];
  await visitor.answer({ 'Мобильный телефон': phone, 'Пароль': sent, 'Запомнить меня': true });
  await visitor.press('Войти', visitor.page.locator('main'));
  await visitor.heading('Расскажите о себе');
  await visitor.answer({ 'Фамилия': 'Смирнов', 'Имя': 'Пётр', 'Электронная почта': 'petr.smirnov@e2e.tamga.example' });
  await visitor.press('Сохранить');
  await visitor.heading('Здравствуйте, Пётр');

  await test.step('is remembered when the browser comes back another day', async () => {
    const kept = await visitor.context.cookies(site.portal);
    const session = kept.filter((cookie) => cookie.name.startsWith('tamga_portal') && cookie.httpOnly && cookie.expires > Date.now() / 1000 + 25 * 86400);
    expect(session.length, 'a cookie for a month').toBeGreaterThan(0);
    const again = await Visitor.enter(browser);
    await again.context.addCookies(kept.filter((cookie) => cookie.expires > 0)); // what outlives the browser
    await again.open(`${site.portal}/cabinet`);
    await again.heading('Здравствуйте, Пётр');
    await again.leave();
  });

  await test.step('is bound to the account of the identity provider, whose data win', async () => {
    await visitor.press('Настройки');
    await visitor.press(/привязка к ЕСИА/, visitor.page.locator('main'));
    await visitor.heading('Привязка к ЕСИА');
    await visitor.press('Установить привязку к ЕСИА');
    await signIn(visitor, pyotr);
    await visitor.heading('Привязать кабинет к ЕСИА?');
    await expect(visitor.page.locator('main')).toContainText('petr.smirnov@e2e.tamga.example');
    await expect(visitor.page.locator('main')).toContainText('pyotr@demo.tamga.example');
    await visitor.press('Подтвердить замену');
    await expect(visitor.page.locator('main')).toContainText('Привязан, учётная запись упрощённая');
  });

  await test.step('is raised in the middle of an application, which then goes on', async () => {
    await visitor.open(`${site.portal}/services/child-benefit`);
    await visitor.press('Подать заявление');
    await visitor.heading('Нужна стандартная учётная запись ЕСИА');
    await visitor.press('Повысить уровень в ЕСИА');
    await visitor.heading('Нужен другой уровень');
    await visitor.press(/личные данные|Заполнить|Повысить/);
    await prove(visitor, pyotr);
    await visitor.press('Вернуться на сайт «Портал государственных услуг»');
    await consent(visitor);
    await visitor.heading('Ежемесячное пособие на ребёнка');
    await visitor.press('Подать заявление');
    await visitor.heading('Проверим, положено ли пособие');
  });
  await visitor.leave();
});
