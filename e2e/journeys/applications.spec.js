// An application as people live with it: two devices, two people, a change of mind, a correction, a complaint, a stranger who checks.
import { test, expect } from '@playwright/test';
import { Visitor, message } from '../helpers.js';
import { site } from '../playwright.config.js';
import { decide, enter, part, password, pay, shared } from '../story.js';

const timur = { last: 'Хабибуллин', first: 'Тимур', phone: '+79172000002', snils: '08765430300', password };
const ilnur = { first: 'Илнур', phone: '+79172000006', password };
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

async function signed(visitor) {
  await visitor.until('Проверьте и подпишите');
  await visitor.press('Проверить и подписать');
  await visitor.press(/^Подписать/);
}

// invited is the link of the letter that has come after another.
async function invited(visitor, before) {
  let link = before;
  await expect.poll(async () => {
    link = (await message(visitor.page.request, aliya.phone, new RegExp(`${timur.last}.*приглашает вас`))).match(/https?:\S+/)[0];
    return link;
  }).not.toBe(before);
  return link;
}

// employ signs an employee of the registry in.
async function employ(visitor) {
  await visitor.open(site.intra);
  if (await visitor.page.getByLabel('Организация').count() === 0) await visitor.open(`${site.intra}/sign-in`);
  await visitor.heading('Вход для сотрудников');
  await visitor.answer({ 'Организация': 'Управление ЗАГС Кабинета Министров Республики Татарстан' });
  await visitor.press('Продолжить');
  await visitor.answer({ 'Сотрудник': 'Валеева Гузель Рашитовна', 'Пароль': password });
  await visitor.press('Войти', visitor.page.locator('main'));
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
    await first.press('Сохранить выбранное');
    await first.heading('Гражданство');
    await first.open(birth);
    await expect(first.page.getByLabel('Место рождения', { exact: true })).toHaveValue('город Буинск');
    await first.open(birth.replace(/steps\/.*/, 'steps/name'));
    await other.leave();
  });

  await first.leave();
});

// What follows is one application from the letter to the end, in parts: each goes on where the one before has stopped.
test.describe.serial('two people, one application', () => {
  let first, second, page, token, number;

  test.afterAll(async () => {
    for (const visitor of [first, second]) await visitor?.leave();
  });

  test('the other is invited, fills in and signs; a stranger with the letter does not', async ({ browser }) => {
    first = await Visitor.enter(browser);
    second = await Visitor.enter(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    await begin(first);
    await shared(first, { role: 'Жених', office: 'Отдел ЗАГС Советского района' });
    page = first.page.url().match(/.*\/applications\/[0-9a-f-]{36}/)[0];
    await part(first, timur, { surname: '' });
    await first.heading('Проверьте ответы');
    await first.press('Пригласить');
    await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': aliya.snils, 'Мобильный телефон': aliya.phone }, 'Отправить приглашение');
    token = await invited(first, '');
    const stranger = await Visitor.enter(browser, { javaScriptEnabled: false });
    await stranger.open(token);
    await enter(stranger, ilnur);
    await expect(stranger.page.locator('main')).not.toContainText(timur.last);
    await expect(stranger.page.getByRole('button', { name: 'Принять и заполнить свою часть' })).toHaveCount(0);
    await stranger.leave();
    await second.open(token);
    await enter(second, aliya);
    await second.press('Принять и заполнить свою часть');
    await second.press('Продолжить');
    await part(second, aliya, { surname: '' });
    await second.press('Подписать');
  });

  test('a change after a signature says so before and afterwards', async () => {
    await first.open(`${page}/steps/birth?change=1`);
    await expect(first.page.locator('main')).toContainText('подписи отменятся');
    await first.answer({ 'Место рождения': 'город Казань' });
    await first.press('Сохранить и продолжить');
    await second.open(page);
    await expect(second.page.locator('main')).toContainText('прежние подписи отменены');
    await signed(second);
    await first.open(page);
    await signed(first);
    await pay(first, '350 ₽');
    await first.until('Заявление в ведомстве');
    number = await first.page.locator('#number').innerText();
  });

  test('the department asks for one answer, both sign it anew, and words go both ways', async ({ browser }) => {
    const staff = await Visitor.enter(browser);
    await decide(staff, 'АИС ЗАГС', number, 'Принять');
    const form = staff.page.locator('form').filter({ has: staff.page.locator('#request-text') });
    for (const details of await staff.page.locator('details').all()) await details.evaluate((node) => { node.open = true; });
    await form.getByLabel('Что нужно и зачем').fill('Место рождения не такое, как в паспорте');
    await form.getByLabel('Вопросы, на которые нужно ответить заново').fill('second.birth_place');
    await staff.press('Запросить документ', form);
    await message(first.page.request, aliya.phone, /просит дополнить/);
    await second.open(page);
    await second.heading('Ведомство ждёт вашего ответа');
    await second.press('Ответить на запрос');
    await expect(second.page.getByLabel('Имя', { exact: true })).toHaveCount(0);
    await second.answer({ 'Место рождения': 'город Елабуга' });
    await second.press('Сохранить и проверить');
    await expect(second.page.locator('#changes')).toContainText('город Елабуга');
    await second.press('Подписать исправления');
    await first.open(page);
    await first.heading('Проверьте и подпишите исправления');
    await first.press('Проверить и подписать');
    await first.press('Подписать исправления');
    await expect(first.page.locator('#history')).toContainText('Исправления подписаны всеми и отправлены');
    await first.press(/Переписка с ведомством/);
    await first.answer({ 'Ваше сообщение': 'Нужны ли свидетели?' });
    await first.press('Отправить');
    await expect(first.page.locator('main')).toContainText('Нужны ли свидетели?');
    await decide(staff, 'АИС ЗАГС', number);
    await staff.until('Нужны ли свидетели?');
    await expect(staff.page.locator('main')).toContainText('second.birth_place');
    await staff.leave();
  });

  test('a complaint is decided by the day that was promised', async ({ browser }) => {
    await second.open(`${page}/appeal`);
    await second.page.getByRole('radio', { name: 'Нарушили срок' }).check();
    await second.answer({ 'Что произошло и чего вы хотите': 'Время назначили и перенесли' });
    await second.press('Отправить жалобу');
    await expect(second.page.locator('main')).toContainText('Время назначили и перенесли');
    await second.open(page);
    const promised = (await second.page.locator('#appealed').innerText()).match(/до (.+?)\.$/)[1];
    const staff = await Visitor.enter(browser);
    await employ(staff);
    await staff.open(`${site.intra}/appeals`);
    await expect(staff.page.getByRole('row').filter({ hasText: number })).toContainText(promised);
    await staff.press(number);
    await expect(staff.page.locator('main')).toContainText('Время назначили и перенесли');
    await staff.press('Отправить решение');
    await expect(staff.page.locator('.govuk-error-summary')).toContainText('Выберите решение');
    await staff.page.getByRole('radio', { name: 'Жалоба удовлетворена', exact: true }).check();
    await staff.answer({ 'Что ответить заявителю': 'Ваше время возвращено' });
    await staff.press('Отправить решение');
    await expect(staff.page.locator('#term')).toContainText('Решена');
    await staff.leave();
    await second.open(`${page}/messages`);
    await expect(second.page.locator('main')).toContainText('Ваше время возвращено');
  });

  test('a stranger checks the paper and learns no name; the application is taken back', async ({ browser }) => {
    await first.open(page);
    const code = (await first.page.locator('#control').innerText()).match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)[0];
    const stranger = await Visitor.enter(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    await stranger.open(`${site.portal}/verify`);
    await stranger.answer({ 'Номер заявления': number, 'Контрольный код': 'AAAA-AAAA' });
    await stranger.press('Проверить');
    await expect(stranger.page.locator('.govuk-error-summary')).toContainText('Проверьте оба');
    await stranger.answer({ 'Номер заявления': number, 'Контрольный код': code.toLowerCase() });
    await stranger.press('Проверить');
    await expect(stranger.page.locator('#verified')).toContainText('Регистрация брака');
    await expect(stranger.page.locator('main')).not.toContainText(timur.last);
    await stranger.leave();
    await first.press('Отозвать заявление');
    await expect(first.page.locator('main')).toContainText('сообщим ведомству');
    await first.answer({ 'Почему вы отзываете заявление': 'Передумали' });
    await first.press('Да, отозвать');
    await first.heading('Заявление отозвано');
    await expect(first.page.locator('main')).toContainText('Деньги не потеряны');
  });

  test('a new one with the same answers, and the other says no', async () => {
    await first.open(page);
    await first.press('Подать новое с этими ответами');
    const copy = first.page.url().match(/.*\/applications\/[0-9a-f-]{36}/)[0];
    for (let i = 0; i < 12 && !/check/.test(first.page.url()); i++) { // what is asked anew: the time, and the consents
      await first.open(copy);
      await first.press(/^(Продолжить|Проверить ответы)$/);
      if (!/steps/.test(first.page.url())) break;
      for (const box of await first.page.locator('main').getByRole('checkbox').all()) await box.check();
      const slot = first.page.locator('input[name=slot]').first();
      if (await slot.count()) await slot.check();
      await first.press('Сохранить и продолжить');
    }
    await first.open(`${copy}/invite`);
    await first.step('Пригласите второго заявителя', { 'СНИЛС второго заявителя': aliya.snils, 'Мобильный телефон': aliya.phone }, 'Отправить приглашение');
    token = await invited(first, token);
    await second.open(token);
    await second.press('Отказаться');
    await expect(second.page.locator('main')).toContainText('закроется для всех');
    await second.press('Да, отказаться');
    await first.open(copy);
    await first.until('Второй заявитель отказался');
    await first.press('Удалить');
    await first.press('Да, удалить');
    await first.heading('Мои заявления');
  });
});
