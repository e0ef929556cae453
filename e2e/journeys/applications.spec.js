// A draft as people live with it: begun on one device, gone on with on another, saved on both.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { enter, part, password, shared } from '../story.js';

const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', snils: '08765430300', password };
const aliya = { last: 'Гарипова', first: 'Алия', phone: '+79172000001', snils: '11211244575', password };

// begin starts the service anew, whatever drafts there are.
async function begin(visitor) {
  await visitor.open(`${site.portal}/services/marriage`);
  await visitor.press('Подать заявление');
  if (await visitor.page.getByRole('button', { name: 'Войти через ЕСИА' }).or(visitor.page.getByRole('link', { name: 'Войти через ЕСИА' })).count()) {
    await enter(visitor, timur);
  }
  const fresh = visitor.page.getByRole('button', { name: 'Начать новое' });
  if (await fresh.count()) await visitor.press('Начать новое');
  else if (/applications\/new/.test(visitor.page.url())) await visitor.press('Подать заявление');
}

test('a draft on two devices, of which one is late', async ({ browser }) => {
  const first = await Visitor.enter(browser);
  await test.step('a draft is begun on one device and gone on with on another', async () => {
    await begin(first);
    await shared(first, { role: 'Жених', office: 'Отдел ЗАГС Советского района' });
    await first.heading('Ваше имя');
    const other = await Visitor.enter(browser, { viewport: { width: 390, height: 844 } });
    await other.open(`${site.portal}/services/marriage`);
    await other.press('Подать заявление');
    await enter(other, timur);
    await expect(other.page.locator('main')).toContainText('незаконченное заявление');
    await other.open(`${site.portal}/applications`);
    await expect(other.page.locator('main')).toContainText(/Сохранено до \d{1,2} [а-я]+ \d{4}/);
    await other.press('Регистрация брака', other.page.locator('main').getByRole('listitem').first());
    await other.press('Продолжить');
    await other.heading('Ваше имя');
    await other.press('Сохранить и продолжить');
    await other.heading('Рождение');
    const birth = other.page.url();
    await first.open(birth);
    await other.answer({ 'Место рождения': 'город Буинск' });
    await other.press('Сохранить и продолжить');

    await first.answer({ 'Место рождения': 'город Арск' });
    first.troubles.length = 0;
    await first.press('Сохранить и продолжить');
    const both = first.page.locator('#both');
    await expect(both).toContainText('город Буинск');
    await expect(both).toContainText('город Арск');
    await expect(first.page.getByLabel('Место рождения', { exact: true })).toHaveValue('город Арск');
    first.troubles.length = 0; // the browser reports the status of a conflict
    await both.getByRole('radio', { name: /другом окне/ }).check();
    await first.press('Сохранить то, что введено ниже');
    await first.heading('Гражданство');
    await first.open(birth);
    await expect(first.page.getByLabel('Место рождения', { exact: true })).toHaveValue('город Буинск');
    await first.open(birth.replace(/steps\/.*/, 'steps/name'));
    await other.leave();
  });

  await test.step('both devices come to the same letter', async () => {
    await part(first, timur, { surname: '' });
    await first.heading('Проверьте ответы');
    await first.press('Пригласить');
    await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': aliya.snils, 'Мобильный телефон': aliya.phone }, 'Отправить приглашение');
    await first.heading('Ждём второго заявителя');
  });
  await first.leave();
});
