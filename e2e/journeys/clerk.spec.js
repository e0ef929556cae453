// Staff and payments: a payer pays a fine, a clerk finds it in every way, the contact centre writes the caller down first, the head sees what
// stands out and asks for access, the ministry approves, the new employee looks up; two people let a refund go.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { site } from '../playwright.config.js';
import { password } from '../story.js';

const zags = 'Управление ЗАГС Кабинета Министров Республики Татарстан';
const ministry = 'Министерство информатизации и связи Республики Татарстан';
const box = 'Номер квитанции, УИН, номер заявления, телефон или ФИО';
const visit = { 'Зачем ищете': 'Гражданин на приёме' };
const staff = {
  guzel: { organisation: zags, name: 'Валеева Гузель Рашитовна', password },
  head: { organisation: zags, name: 'Шарипова Диляра Маратовна', password },
  ministry: { organisation: ministry, name: 'Нуриев Марат Ильгизович', password },
};

// uin appends the check digit to 19 digits.
function uin(head) {
  for (const shift of [0, 2]) {
    const rest = [...head].reduce((sum, digit, i) => sum + Number(digit) * (((i + shift) % 10) + 1), 0) % 11;
    if (rest < 10) return head + rest;
  }
  return `${head}0`;
}

const fine = uin('1881011600000000701');

async function employ(browser, who, options = {}) {
  const visitor = await Visitor.enter(browser, options);
  await visitor.open(`${site.intra}/sign-in`);
  await visitor.answer({ 'Организация': who.organisation });
  await visitor.press('Продолжить');
  await visitor.answer({ 'Сотрудник': who.name, 'Пароль': who.password });
  await visitor.press('Войти', visitor.page.locator('main'));
  return visitor;
}

// look asks the box and expects the payment.
async function look(clerk, words, receipt, more = {}) {
  await clerk.open(`${site.intra}/payments`);
  await clerk.answer({ [box]: words, ...visit, ...more });
  await clerk.press('Найти', clerk.page.locator('main'));
  if (receipt) await expect(clerk.page.locator(`[data-receipt="${receipt}"]`), `by «${words}»`).toBeVisible();
}

const today = (days = 0) => new Date(Date.now() + days * 864e5).toLocaleDateString('ru-RU', { timeZone: 'Europe/Moscow' });

// paid is a fine that somebody paid without an account; gives the number of the receipt.
async function paid(browser) {
  const guest = await Visitor.enter(browser);
  await guest.open(`${site.portal}/payments`);
  await guest.answer({ 'УИН': fine });
  await guest.press('Найти', guest.page.locator('main'));
  await guest.press(/^Оплатить \d/);
  await guest.heading('Оплата заказа');
  await guest.press(/^Оплатить/);
  await guest.until('Оплачено');
  const receipt = (await guest.page.locator('main').innerText()).match(/\d{4}-\d{4}-\d{4}/)[0];
  await guest.leave();
  return receipt;
}

let receipt;

test('a clerk finds a payment in every way, and learns why one is not there', async ({ browser }) => {
  receipt = await paid(browser);
  const clerk = await employ(browser, staff.guzel, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  for (const words of [receipt, receipt.replaceAll('-', ' '), fine, 'Алия Гарипова', 'ГАРИПОВА А. М.', 'Гарыпова Алия Маратовна']) await look(clerk, words, receipt);
  await expect(clerk.page.locator('#close')).toContainText('похожие имена');
  const [download] = await Promise.all([clerk.page.waitForEvent('download'), clerk.page.getByRole('button', { name: 'Скачать XLSX' }).click()]);
  expect(download.suggestedFilename()).toBe('payments.xlsx');

  await look(clerk, 'Несуществов Никто', null);
  await expect(clerk.page.locator('#why')).toContainText('Фамилия могла смениться');
  const wrong = receipt.slice(0, -1) + (Number(receipt.slice(-1)) + 1) % 10;
  await look(clerk, wrong, null);
  await expect(clerk.page.locator('.govuk-error-summary')).toContainText('ошибка');
  await expect(clerk.page.locator('main')).toContainText(`${receipt}: 12-я цифра`);
  await clerk.leave();
});

test('the contact centre writes down who calls before it tells anything', async ({ browser }) => {
  const clerk = await employ(browser, staff.guzel);
  await clerk.open(`${site.intra}/payments`);
  await clerk.press('Вам звонит сотрудник ведомства? Начните со звонка');
  await clerk.press('Перейти к поиску');
  await expect(clerk.page.locator('.govuk-error-summary')).toContainText('Запишите фамилию и имя звонящего');
  await clerk.answer({ 'ФИО звонящего': 'Сафина Ляйсан Наилевна', 'Ведомство звонящего': 'Центр материальной помощи', 'Зачем нужны сведения': 'Гражданин на приёме' });
  await clerk.press('Перейти к поиску');
  await expect(clerk.page.locator('main')).toContainText('Сафина Ляйсан Наилевна');
  await clerk.answer({ [box]: receipt });
  await clerk.press('Найти', clerk.page.locator('main'));
  await expect(clerk.page.locator(`[data-receipt="${receipt}"]`)).toBeVisible();
  await clerk.leave();
});

test('the head sees what stands out, asks for access, the ministry approves, a new employee looks up', async ({ browser }) => {
  const head = await employ(browser, staff.head);
  await head.press('Надзор за поиском');
  const concern = head.page.locator('[data-concern]', { hasText: 'одного и того же человека' }).first();
  await expect(concern).toContainText('Валеева Гузель');
  await concern.getByLabel('Чем кончилось').selectOption({ label: 'Нужно для работы' });
  await head.press('Записать', concern);
  await expect(head.page.locator('.govuk-error-summary')).toContainText('Запишите, что выяснили');
  await head.page.locator('[data-concern]', { hasText: 'одного и того же человека' }).first().getByLabel('Что выяснили').fill('Гражданка была на приёме');
  await head.press('Записать', head.page.locator('[data-concern]', { hasText: 'одного и того же человека' }).first());
  await expect(head.page.locator('main')).toContainText('Гражданка была на приёме');

  await head.press('Доступ к платежам');
  await head.press('Новая заявка на доступ');
  await head.press('Добавить сотрудника');
  for (const [i, [last, first, middle]] of [['Мухаметшина', 'Ләйсән', 'Фәритовна'], ['Ким', 'Игорь', '']].entries()) {
    const row = head.page.locator('fieldset').nth(i);
    await row.getByLabel('Фамилия').fill(last);
    await row.getByLabel('Имя').fill(first);
    await row.getByLabel('Отчество, если есть').fill(middle);
    await row.getByLabel('Должность').fill('специалист');
    await row.getByLabel('Рабочий телефон').fill('8 843 222-33-44');
  }
  await head.answer({ 'Для чего нужен доступ': 'Приём заявлений о браке', 'Доступ нужен с': today(), 'По какое число': today(90),
    'Рабочие места сотрудников — компьютеры с доступом в интернет': true });
  await head.press('Отправить в министерство');
  await expect(head.page.locator('main')).toContainText('Ждёт решения министерства');
  const request = head.page.url();
  const paper = await head.page.request.get(`${request}/request.pdf`);
  expect((await paper.body()).subarray(0, 4).toString()).toBe('%PDF');

  const desk = await employ(browser, staff.ministry);
  await desk.press('Заявки на доступ к платежам');
  await desk.press(/^№ \d+$/, desk.page.locator('tbody tr').first());
  await desk.answer({ 'Решение: Мухаметшина Ләйсән Фәритовна': 'Открыть доступ', 'Решение: Ким Игорь': 'Отказать' });
  await desk.press('Записать решение');
  await expect(desk.page.locator('.govuk-error-summary')).toContainText('Напишите причину отказа');
  await desk.page.locator('[data-person="Ким Игорь"]').getByLabel('Причина или примечание').fill('Нет в штате');
  await desk.press('Записать решение');
  await expect(desk.page.locator('main')).toContainText('доступ открыт 1 из 2');
  await desk.leave();

  await head.open(request);
  const temporary = await head.page.locator('[data-password]').innerText();
  await head.leave();
  const fresh = await employ(browser, { organisation: zags, name: 'Мухаметшина Ләйсән Фәритовна', password: temporary });
  await fresh.heading('Сменить пароль');
  await fresh.answer({ 'Новый пароль': 'Vesna20278', 'Новый пароль ещё раз': 'Vesna20278' });
  await fresh.press('Сохранить пароль');
  await look(fresh, 'Гарипова Алия', receipt);
  await fresh.leave();
});

test('a refund needs two people', async ({ browser }) => {
  const one = await employ(browser, staff.guzel);
  await one.open(`${site.intra}/refunds`);
  await one.answer({ 'Номер квитанции': receipt, 'Почему так': 'Постановление отменено' });
  await one.page.locator('select[name=ground]').selectOption({ index: 1 });
  await one.press('Предложить возврат');
  await expect(one.page.locator('main')).toContainText(receipt);
  const own = await one.page.getByRole('button', { name: 'Утвердить возврат' }).count();
  if (own) {
    await one.press('Утвердить возврат');
    await expect(one.page.locator('main')).toContainText(/друг(ой|ого) сотрудник/);
  }
  await one.leave();
  const other = await employ(browser, staff.ministry);
  await other.open(`${site.intra}/refunds`);
  await other.press('Утвердить возврат', other.page.locator('[data-card]', { hasText: receipt }));
  await other.leave();
  const clerk = await employ(browser, staff.guzel);
  await expect.poll(async () => {
    await look(clerk, receipt, receipt);
    return clerk.page.locator('main').innerText();
  }, { timeout: 40_000, intervals: [1000] }).toContain('Возвращён');
  await clerk.leave();
});
