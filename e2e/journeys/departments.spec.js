// A department that is down: the citizen hears that the application is safe, staff find out why it does not arrive, send it another way,
// and the department's planned works are known beforehand. Nobody else files this service, and no other application is at this department.
import { test, expect } from '@playwright/test';
import { Visitor } from '../helpers.js';
import { begin, walk } from '../filer.js';
import { site } from '../playwright.config.js';
import { decide, enter, password } from '../story.js';

const amina = { last: 'Җиһаншина', first: 'Әминә', phone: '+79172000004', password };
const service = 'kindergarten-queue';
const line = `${site.intra}/deliveries/departments/education`;
const department = 'Министерство образования и науки Республики Татарстан';

async function asOfficer(browser) {
  const officer = await Visitor.enter(browser);
  await officer.open(`${site.intra}/sign-in`);
  await officer.answer({ 'Организация': 'Министерство информатизации и связи Республики Татарстан' });
  await officer.press('Продолжить');
  await officer.answer({ 'Сотрудник': 'Нуриев Марат Ильгизович', 'Пароль': password });
  await officer.press('Войти', officer.page.locator('main'));
  return officer;
}

// behaves says how the department's system works from now on.
async function behaves(operator, how) {
  await operator.open(`${site.stands}/education`);
  await operator.page.getByRole('radio', { name: how, exact: true }).check();
  await operator.press('Сохранить');
}

// moscow writes a moment as staff do, some days ahead.
function moscow(days, hour) {
  const at = new Date(Date.now() + days * 24 * 3600_000).toLocaleDateString('ru-RU', { timeZone: 'Europe/Moscow', day: '2-digit', month: '2-digit', year: 'numeric' });
  return `${at} ${hour}`;
}

test('a delivery that does not arrive is explained, tried again and sent another way while the citizen watches', async ({ browser }) => {
  const visitor = await Visitor.enter(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const operator = await Visitor.enter(browser);
  await visitor.open(`${site.portal}/services/child-benefit`);
  await visitor.press('Подать заявление');
  await enter(visitor, amina);
  await begin(visitor, service);
  expect(await walk(visitor, { child_certificate: 'II-КБ 123456', child_birth_date: '2021-05-05', wish: 'date' })).toMatch(/\/check$/);
  await behaves(operator, 'Система не работает');
  await visitor.press(/^Подписать/);
  await visitor.until('Заявление принято');
  const status = visitor.page.url();
  const number = await visitor.page.locator('#number').innerText();

  const officer = await asOfficer(browser);
  const main = officer.page.locator('main');
  const works = officer.page.getByRole('button', { name: 'Отменить эти работы' });
  await test.step('works are announced, a working day before at the latest', async () => {
    await officer.open(line);
    await officer.answer({ 'Начало': moscow(0, '23:50'), 'Окончание': moscow(1, '06:00') });
    await officer.press('Объявить работы');
    await expect(officer.page.locator('.govuk-error-summary')).toContainText('должен пройти рабочий день');
    await officer.answer({ 'Начало': moscow(20, '22:00'), 'Окончание': moscow(21, '06:00') });
    await officer.press('Объявить работы');
    await expect(works).toBeVisible();
  });
  await test.step('staff find it, with the reason in words and each attempt', async () => {
    await officer.open(`${site.intra}/deliveries?state=waiting&number=${encodeURIComponent(number)}`);
    await officer.until('ответила ошибкой 503');
    await officer.press(number);
    await expect(main).toContainText(department);
    await expect(main.getByRole('table', { name: 'Попытки' })).toContainText('503');
  });
  await test.step('the citizen is told that it is safe and goes on by itself', async () => {
    await visitor.until('Заявление в безопасности', 200);
    await visitor.open(`${site.portal}/cabinet`);
    await expect(visitor.page.locator('main')).toContainText(number);
  });
  await test.step('a repetition finds the system down still', async () => {
    const tried = await main.getByRole('table', { name: 'Попытки' }).locator('tbody tr').count();
    await officer.press('Повторить сейчас');
    await expect(main).toContainText('Отправка поставлена в очередь');
    await expect.poll(async () => {
      await officer.page.reload();
      return main.getByRole('table', { name: 'Попытки' }).locator('tbody tr').count();
    }, { timeout: 60_000 }).toBeGreaterThan(tried);
  });
  await test.step('so it goes another way, for a reason that the journal keeps', async () => {
    await main.locator('summary', { hasText: 'Отправить в другое ведомство' }).click();
    await officer.answer({ 'Ведомство': 'Исполнительные комитеты муниципальных образований', 'Причина': 'Очередь ведёт исполком, пока система управления не работает' });
    await officer.press('Изменить маршрут');
    await officer.until('Доставлено');
    await visitor.open(status);
    await visitor.until('Ведомство приняло заявление');
  });
  await test.step('it is there once, and the end is seen by the citizen', async () => {
    await behaves(operator, 'Работает');
    await expect(operator.page.locator('main')).not.toContainText(number);
    await decide(operator, 'Муниципалитет', number, 'Исполнено');
    await visitor.until('Услуга оказана');
  });
  await test.step('the works are seen on the service and in the cabinet, until they are called off', async () => {
    await visitor.open(`${site.portal}/cabinet`);
    await expect(visitor.page.locator('main')).toContainText(`Плановые работы: ${department}`);
    await visitor.open(`${site.portal}/services/${service}`);
    await visitor.until('Плановые работы ведомства', 200); // pages hear of works within half a minute
    await expect(visitor.page.locator('main')).toContainText('не потеряется и уйдёт в ведомство сразу после работ');
    await officer.open(line);
    await officer.press('Отменить эти работы');
    await expect(works).toHaveCount(0);
    await visitor.open(`${site.portal}/cabinet`);
    await expect(visitor.page.locator('main')).not.toContainText(`Плановые работы: ${department}`);
  });
  for (const one of [visitor, operator, officer]) await one.leave();
});
