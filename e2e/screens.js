// Draws the pictures of docs/screens: node screens.js [folder]. It walks two of the demo's people against a fresh demo that is running
// (TAMGA_E2E_PORT, 18080 when unset), at the width of a phone, and looks at a few pages at the width of a desk.
import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import config, { site } from './playwright.config.js';
import { Visitor, message } from './helpers.js';
import { decide, enter, part, password, pay, shared } from './story.js';

const folder = process.argv[2] ?? '../docs/screens';
const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', password };
const aliya = { last: 'Гарипова', first: 'Алия', phone: '+79172000001', snils: '11211244575', password };
mkdirSync(folder, { recursive: true });
Visitor.prototype.look = function () { return this.page.waitForLoadState('load'); }; // pictures judge nothing
const browser = await chromium.launch(config.use.launchOptions);
const phone = { locale: 'ru-RU', viewport: { width: 390, height: 844 } };
const first = await Visitor.enter(browser, phone);
const second = await Visitor.enter(browser, phone);

// shoot draws what a phone shows without scrolling; desk, what a desk shows.
const shoot = (visitor, name) => visitor.page.screenshot({ path: `${folder}/${name}-390.png` });
async function desk(visitor, name) {
  await visitor.page.setViewportSize({ width: 1280, height: 860 });
  await visitor.page.screenshot({ path: `${folder}/${name}-1280.png` });
  await visitor.page.setViewportSize(phone.viewport);
}

await first.open(`${site.portal}/cabinet`);
await enter(first, timur);
await second.open(`${site.portal}/documents`);
await enter(second, aliya);
await second.open(`${site.portal}/documents`);
await shoot(second, 'documents');
await desk(second, 'documents');
await second.open(`${site.portal}/bundles/new/baby`);
await shoot(second, 'life-situation');
await second.open(`${site.portal}/offline`);
await shoot(second, 'offline');

await first.open(`${site.portal}/services/marriage`);
await first.press('Подать заявление');
const fresh = first.page.getByRole('button', { name: /^(Начать новое|Подать заявление)$/ });
if (await fresh.count()) await first.press(/^(Начать новое|Подать заявление)$/, first.page.locator('main'));
await shared(first, { role: 'Жених', office: 'Отдел ЗАГС Советского района' });
const page = first.page.url().match(/.*\/applications\/[0-9a-f-]{36}/)[0];
await part(first, timur, { surname: '' });
await first.press('Пригласить');
await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': aliya.snils, 'Мобильный телефон': aliya.phone }, 'Отправить приглашение');
await shoot(first, 'waiting');
await second.open((await message(first.page.request, aliya.phone, new RegExp(`${timur.last}.*приглашает вас`))).match(/https?:\S+/)[0]);
await shoot(second, 'invitation');
await second.press('Принять и заполнить свою часть');
await second.press('Продолжить');
await part(second, aliya, { surname: '' });
await second.press('Подписать');
await first.until('Проверьте и подпишите');
await first.press('Проверить и подписать');
await first.press(/^Подписать/);
await pay(first, '350 ₽');
await first.until('Заявление в ведомстве');
const number = await first.page.locator('#number').innerText();
await decide(second, 'АИС ЗАГС', number, 'Принять');
const form = second.page.locator('form').filter({ has: second.page.locator('#request-text') });
for (const details of await second.page.locator('details').all()) await details.evaluate((node) => { node.open = true; });
await form.getByLabel('Что нужно и зачем').fill('Место рождения не такое, как в паспорте');
await form.getByLabel('Вопросы, на которые нужно ответить заново').fill('second.birth_place');
await second.press('Запросить документ', form);
await first.open(page);
await first.until('Ведомство приняло');
await shoot(first, 'accepted');
await second.open(page);
await second.until('ждёт вашего ответа');
await shoot(second, 'correction-asked');
await second.press('Ответить на запрос');
await second.answer({ 'Место рождения': 'город Елабуга' });
await second.press('Сохранить и проверить');
await shoot(second, 'correction');
await first.open(`${site.portal}/cabinet`);
await shoot(first, 'cabinet');
await desk(first, 'cabinet');
await first.open(`${site.portal}/notices`);
await shoot(first, 'notices');
await browser.close();
