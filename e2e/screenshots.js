// Draws the pages that people meet, at the width of a phone and of a desk, into ./shots (or the folder named): node screenshots.js
// It walks the main job against a demo that is running (TAMGA_E2E_PORT, 8080 when unset) with the demo's own people.
import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import config, { site } from './playwright.config.js';
import { Visitor, message, snils } from './helpers.js';
import { bind, consent, find, part, password, shared, signIn } from './story.js';

const folder = process.argv[2] ?? 'shots';
const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', password };
const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', snils: '16309071550', password };
mkdirSync(folder, { recursive: true });
Visitor.prototype.look = function () { return this.page.waitForLoadState('load'); }; // pictures judge nothing
const browser = await chromium.launch(config.use.launchOptions);

// shoot draws the page as it stands at both widths.
async function shoot(visitor, name) {
  for (const width of [390, 1280]) {
    await visitor.page.setViewportSize({ width, height: 900 });
    await visitor.page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
}

const options = { locale: 'ru-RU', viewport: { width: 1280, height: 900 } };
const first = await Visitor.enter(browser, options);
const second = await Visitor.enter(browser, options);
await first.open(site.portal);
await shoot(first, 'home');
await first.page.screenshot({ path: `${folder}/readme.png` });
await find(first, 'свадьба', 'Регистрация брака');
await shoot(first, 'service');
await first.page.goBack();
await shoot(first, 'search');
await first.page.goForward();
await first.press('Подать заявление');
await shoot(first, 'level');
await first.press('Войти через ЕСИА');
await shoot(first, 'login');
await second.open(`${site.idp}/registration`);
await shoot(second, 'registration');
await signIn(first, timur);
if (await first.page.locator('form#new').count()) {
  await shoot(first, 'binding');
  await bind(first, timur);
}
await first.press(/^Подать заявление|Начать новое/);
await first.press('Сохранить и продолжить');
await shoot(first, 'question-with-error');
await shared(first, { role: 'Жених', office: 'Отдел ЗАГС Советского района' }, (name) => shoot(first, name));
await part(first, timur, { surname: '' }, (name) => shoot(first, name));
await shoot(first, 'check');
await first.press('Пригласить');
await shoot(first, 'invite');
await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': amina.snils, 'Мобильный телефон': amina.phone }, 'Отправить приглашение');
await shoot(first, 'status-waiting');
const link = (await message(first.page.request, amina.phone, /приглашает вас/)).match(/https?:\S+/)[0];
await second.open(link);
await second.press('Войти через ЕСИА');
await signIn(second, amina);
if (await second.page.locator('form#new').count()) await bind(second, amina);
await shoot(second, 'invitation');
await second.press('Принять и заполнить свою часть');
await second.press('Продолжить');
await part(second, amina, { surname: '' });
await second.press('Подписать');
await first.until('Проверьте и подпишите');
await first.press('Проверить и подписать');
await shoot(first, 'sign');
await first.press(/^Подписать/);
await first.press('Оплатить 350 ₽');
await shoot(first, 'charge');
await first.press('Оплатить 350 ₽');
await shoot(first, 'bank');
await first.press('Оплатить 350 ₽');
await first.until('Оплачено');
await shoot(first, 'receipt');
const receipt = (await first.page.locator('main').innerText()).match(/\d{4}-\d{4}-\d{4}/)[0];
await first.press('Продолжить');
await first.until('Заявление в ведомстве');
const number = await first.page.locator('#number').innerText();
await shoot(first, 'status-sent');
await first.open(`${site.portal}/cabinet`);
await shoot(first, 'cabinet');
await first.open(`${site.portal}/settings`);
await shoot(first, 'settings');
await first.open(`${site.idp}/profile`);
await shoot(first, 'profile');

await second.open(site.stands);
await shoot(second, 'stands');
await second.press('АИС ЗАГС');
await shoot(second, 'stand-inbox');
await second.press(number);
await shoot(second, 'stand-application');
await second.press('Принять');
await second.open(`${site.stands}/outbox?still=1`);
await shoot(second, 'outbox');
await first.open(`${site.portal}/applications`);
await first.press('Регистрация брака', first.page.locator('main'));
await first.until('Ведомство приняло заявление');
await shoot(first, 'status-accepted');

await second.open(`${site.intra}/sign-in`);
await shoot(second, 'staff-sign-in');
await second.answer({ 'Организация': 'Управление ЗАГС Кабинета Министров Республики Татарстан' });
await second.press('Продолжить');
await second.answer({ 'Сотрудник': 'Валеева Гузель Рашитовна', 'Пароль': password });
await second.press('Войти', second.page.locator('main'));
await shoot(second, 'staff-home');
await second.open(`${site.intra}/payments`);
await second.answer({ 'Номер квитанции, УИН, номер заявления, телефон или ФИО': receipt, 'Зачем ищете': 'Гражданин звонит в контакт-центр' });
await second.press('Найти');
await shoot(second, 'staff-payments');

// A person with a simplified account: the personal data, the levels, and the map of the account.
const third = await Visitor.enter(browser, options);
await third.open(`${site.idp}/login`);
await third.answer({ 'Телефон, почта или СНИЛС': '+79172000003', 'Пароль': password });
await third.press('Войти', third.page.locator('main'));
await third.open(`${site.idp}/profile/data`);
await shoot(third, 'data');
for (const [name, path] of [['levels', '/levels'], ['safety', '/profile/safety'], ['security', '/profile/security'], ['sessions', '/profile/sessions'],
  ['consents', '/profile/consents'], ['events', '/profile/events'], ['documents', '/documents'], ['organisations', '/organisations']]) {
  await third.open(site.idp + path);
  await shoot(third, name);
}
await browser.close();
